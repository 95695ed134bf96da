//! Makes a text from the bytes of a file.

/// The letters of Windows-1252 that are not at the same place in Unicode: 0x80 to 0x9F. Five bytes have no letter.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}', '\u{fffd}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
];

/// A file as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    /// Whether some bytes are no letters. In the text, each of them is the character U+FFFD.
    pub has_replacements: bool,
}

/// Reads UTF-8, UTF-16 with a byte order mark, and Windows-1252 (also ISO 8859-1), which Excel writes. The text is
/// without the byte order mark. This function accepts all bytes.
///
/// A text in UTF-8 that is damaged in a few places stays UTF-8, so that its other letters stay right: more letters
/// outside ASCII must be right than wrong. Such a text in Windows-1252 is nearly impossible, because two special
/// characters in a certain order would have to follow each other again and again, such as `Ã¤`.
pub fn decode(mut bytes: Vec<u8>) -> Decoded {
    match &*bytes {
        [0xff, 0xfe, rest @ ..] => return utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => return utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, ..] => {
            bytes.drain(..3);
        }
        _ => {}
    }
    match String::from_utf8(bytes) {
        Ok(text) => Decoded { text, has_replacements: false },
        Err(error) if is_damaged_utf8(error.as_bytes()) => {
            Decoded { text: String::from_utf8_lossy(error.as_bytes()).into_owned(), has_replacements: true }
        }
        Err(error) => windows_1252(error.as_bytes()),
    }
}

fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut right, mut wrong) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        right += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        wrong += usize::from(!chunk.invalid().is_empty());
    }
    right > wrong
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Decoded {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut has_replacements = !rest.is_empty();
    let letters = char::decode_utf16(pairs.iter().map(|pair| unit(*pair)));
    let mut text = String::with_capacity(bytes.len());
    text.extend(letters.map(|letter| {
        letter.unwrap_or_else(|_| {
            has_replacements = true;
            char::REPLACEMENT_CHARACTER
        })
    }));
    if !rest.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    Decoded { text, has_replacements }
}

fn windows_1252(bytes: &[u8]) -> Decoded {
    let letter = |byte: &u8| match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        byte => char::from(*byte),
    };
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    text.extend(bytes.iter().map(letter));
    let has_replacements = bytes.iter().any(|byte| letter(byte) == char::REPLACEMENT_CHARACTER);
    Decoded { text, has_replacements }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(bytes: &[u8]) -> (String, bool) {
        let Decoded { text, has_replacements } = decode(bytes.to_vec());
        (text, has_replacements)
    }

    fn units(text: &str, mark: [u8; 2], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect()
    }

    #[test]
    fn each_encoding_gives_the_same_text_without_the_byte_order_mark() {
        let wanted = "Käse für 5 € – „groß“ 😀";
        assert_eq!(text(wanted.as_bytes()), (wanted.to_owned(), false));
        assert_eq!(text(&[b"\xef\xbb\xbf", wanted.as_bytes()].concat()), (wanted.to_owned(), false));
        assert_eq!(text(&units(wanted, [0xff, 0xfe], u16::to_le_bytes)), (wanted.to_owned(), false));
        assert_eq!(text(&units(wanted, [0xfe, 0xff], u16::to_be_bytes)), (wanted.to_owned(), false));
        assert_eq!(text(b"K\xe4se f\xfcr 5 \x80 \x96 \x84gro\xdf\x93"), ("Käse für 5 € – „groß“".to_owned(), false));
        assert_eq!(text(b""), (String::new(), false));
    }

    #[test]
    fn bytes_without_a_letter_are_replaced_and_this_is_said() {
        assert_eq!(text(b"a\xffb\x81"), ("aÿb\u{fffd}".to_owned(), true));
        assert_eq!(text("Äpfel, Käse, Br".as_bytes()), ("Äpfel, Käse, Br".to_owned(), false));
        // The last letter of a file that is cut off.
        let cut = "Äpfel, Käse, Brötchenä".as_bytes();
        assert_eq!(text(&cut[..cut.len() - 1]), ("Äpfel, Käse, Brötchen\u{fffd}".to_owned(), true));
        assert_eq!(text(b"\xff\xfea\0b"), ("a\u{fffd}".to_owned(), true));
        assert_eq!(text(b"\xff\xfe\x00\xd8a\0"), ("\u{fffd}a".to_owned(), true));
    }

    proptest! {
        #[test]
        fn all_bytes_make_a_text_and_utf8_stays_as_it_is(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            wanted in "\\PC{0,40}",
        ) {
            decode(bytes);
            let wanted = wanted.trim_start_matches('\u{feff}');
            prop_assert_eq!(text(wanted.as_bytes()), (wanted.to_owned(), false));
        }
    }
}
