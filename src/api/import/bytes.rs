//! Makes a text from the bytes of a file.

/// The characters of Windows-1252 for the bytes 0x80 to 0x9F. For all other bytes, the number of the character in
/// Unicode is the byte. Five bytes have no character.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}', '\u{fffd}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
];

/// A file as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    /// Whether some bytes do not stand for a character. In the text, the character U+FFFD replaces them.
    pub has_replacements: bool,
}

/// Reads UTF-8, UTF-16 with a byte order mark, and Windows-1252 (also ISO 8859-1), which Excel writes. The result does
/// not contain the byte order mark. This function accepts all bytes.
///
/// If a text in UTF-8 is damaged in a few places, this function still reads it as UTF-8, so that the other characters
/// stay right. This is the case if the text has more valid characters outside ASCII than damaged places. A text in
/// Windows-1252 hardly ever looks like this, because it would need many pairs of special characters such as `Ã¤`.
///
/// In iCalendar, a line break can divide the bytes of a character (RFC 5545, section 3.1). This function puts such a
/// character before the line break.
pub fn decode(mut bytes: Vec<u8>) -> Decoded {
    match &*bytes {
        [0xff, 0xfe, rest @ ..] => return utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => return utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, ..] => {
            bytes.drain(..3);
        }
        _ => {}
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Decoded { text, has_replacements: false },
        Err(error) if has_folded_lines(error.as_bytes()) => with_whole_letters(error.as_bytes()),
        Err(error) => error.into_bytes(),
    };
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

/// Whether the file is iCalendar. In iCalendar, a line break can divide the bytes of a character.
fn has_folded_lines(bytes: &[u8]) -> bool {
    let start = b"BEGIN:V";
    bytes.trim_ascii_start().get(..start.len()).is_some_and(|first| first.eq_ignore_ascii_case(start))
}

/// If a character of UTF-8 continues on the next line, this function moves all its bytes before the line break. The
/// lines keep their numbers, and the unfolded text stays the same.
fn with_whole_letters(mut rest: &[u8]) -> Vec<u8> {
    let (mut bytes, mut folds, mut missing) = (Vec::with_capacity(rest.len()), Vec::new(), 0);
    while let Some((byte, after)) = rest.split_first() {
        let fold = fold(rest);
        if missing > 0 && fold > 0 {
            folds.extend_from_slice(&rest[..fold]);
            rest = &rest[fold..];
            continue;
        }
        missing = match byte {
            0x80..=0xbf if missing > 0 => missing - 1,
            0xc2..=0xdf => 1,
            0xe0..=0xef => 2,
            0xf0..=0xf4 => 3,
            _ => 0,
        };
        let begins_letter = !(0x80..=0xbf).contains(byte);
        if begins_letter {
            bytes.append(&mut folds);
        }
        bytes.push(*byte);
        if missing == 0 {
            bytes.append(&mut folds);
        }
        rest = after;
    }
    bytes.append(&mut folds);
    bytes
}

/// The length of the line break and of the space or tab after it. 0 if the bytes do not begin with a line break and a
/// space or tab.
fn fold(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', b' ' | b'\t', ..] => 3,
        [b'\r' | b'\n', b' ' | b'\t', ..] => 2,
        _ => 0,
    }
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
        // The file is cut off in its last character.
        let cut = "Äpfel, Käse, Brötchenä".as_bytes();
        assert_eq!(text(&cut[..cut.len() - 1]), ("Äpfel, Käse, Brötchen\u{fffd}".to_owned(), true));
        assert_eq!(text(b"\xff\xfea\0b"), ("a\u{fffd}".to_owned(), true));
        assert_eq!(text(b"\xff\xfe\x00\xd8a\0"), ("\u{fffd}a".to_owned(), true));
    }

    #[test]
    fn only_in_icalendar_a_letter_continues_on_the_next_line() {
        let cut = b"SUMMARY:K\xc3\r\n \xa4se \xe2\n\t\x82\r \xac\n  \xc3";
        let calendar = [b"\xef\xbb\xbf\n Begin:VCalendar\n", &cut[..]].concat();
        let wanted = "\n Begin:VCalendar\nSUMMARY:Kä\r\n se €\n\t\r \n  \u{fffd}";
        assert_eq!(text(&calendar), (wanted.to_owned(), true));
        assert!(text(cut).0.starts_with("SUMMARY:KÃ\r\n ¤se"));
        // In Windows-1252, each byte is one character.
        assert_eq!(text(b"BEGIN:VTODO\nSUMMARY:\xc4\n \xbc\xdf"), ("BEGIN:VTODO\nSUMMARY:Ä¼\n ß".to_owned(), false));
    }

    proptest! {
        #[test]
        fn lines_can_be_folded_after_each_byte(
            wanted in "\\PC{0,40}",
            fold in prop::sample::select(vec!["\r\n ", "\n\t", "\r "]),
            width in 1_usize..9,
        ) {
            let lines: Vec<&[u8]> = wanted.as_bytes().chunks(width).collect();
            let calendar = [b"BEGIN:VCALENDAR\nSUMMARY:", &*lines.join(fold.as_bytes())].concat();
            let (read, has_replacements) = text(&calendar);
            prop_assert!(!has_replacements);
            prop_assert_eq!(read.matches(fold).count(), lines.len().saturating_sub(1));
            prop_assert_eq!(read.replace(fold, ""), format!("BEGIN:VCALENDAR\nSUMMARY:{wanted}"));
        }

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
