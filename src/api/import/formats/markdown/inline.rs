//! Removes the escapes of CommonMark (sections 2.4 and 2.5) from texts in Markdown. Other signs, such as `**` and
//! `[a](b)`, stay, because the texts of our todos can contain Markdown.

use crate::api::import::formats::html;

/// The text without escapes. No-break spaces at the beginning become spaces, because our own export writes spaces there
/// as no-break spaces.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '&']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let escaped = rest[1..].chars().next().filter(|letter| rest.starts_with('\\') && letter.is_ascii_punctuation());
        if let Some(letter) = escaped {
            plain.push(letter);
            rest = &rest[2..];
        } else if let Some((letter, length)) = html::entity(rest) {
            plain.push(letter);
            rest = &rest[length..];
        } else {
            plain.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    plain.push_str(rest);
    let text = plain.trim_start_matches('\u{a0}');
    " ".repeat((plain.len() - text.len()) / '\u{a0}'.len_utf8()) + text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_entities_are_read() {
        for (text, expected) in [
            ("\\*a\\* C:\\dir\\\\\\*.txt \\\\", "*a* C:\\dir\\*.txt \\"),
            ("&amp; \\&amp; &x; &#x1F4C5; 2026", "& &amp; &x; 📅 2026"),
            ("&nbsp;\u{a0}a\u{a0}b", "  a\u{a0}b"),
            ("**a** [b](c)", "**a** [b](c)"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }
}
