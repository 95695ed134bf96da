//! The lines of an iCalendar file (RFC 5545, section 3.1).

/// The maximum number of bytes in a line, without the line break.
const LONGEST: usize = 75;

/// The lines of a file. Each line ends with CRLF.
#[derive(Debug, Default)]
pub struct Lines(String);

impl Lines {
    /// Adds a line that is already escaped. A long line continues in the next lines, which begin with a space. A
    /// character is never divided between two lines.
    pub fn add(&mut self, line: &str) {
        let mut length = 0;
        for letter in line.chars() {
            if length + letter.len_utf8() > LONGEST {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(letter);
            length += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// Adds a line with a text that a person has written.
    pub fn add_text(&mut self, name: &str, text: &str) {
        self.add(&format!("{name}:{}", escaped(text)));
    }

    /// The whole text.
    pub fn into_text(self) -> String {
        self.0
    }
}

/// The text, escaped for a property (RFC 5545, section 3.3.11). Control characters are not allowed in a property, so
/// this function removes them. Some programs end a line at each character that Unicode calls a line break, so each such
/// character becomes `\n`.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => escaped.push_str("\\n"),
            '\t' => escaped.push(letter),
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unescaped(text: &str) -> String {
        let (mut plain, mut letters) = (String::new(), text.chars());
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => match letters.next().unwrap() {
                    'n' => plain.push('\n'),
                    other => plain.push(other),
                },
                ';' | ',' => panic!("{text} has a separator"),
                letter => plain.push(letter),
            }
        }
        plain
    }

    #[test]
    fn a_text_is_escaped_once() {
        assert_eq!(escaped("a\\n, b; c\nd\u{2028}e:\"\u{7}"), "a\\\\n\\, b\\; c\\nd\\ne:\"");
    }

    proptest! {
        #[test]
        fn no_line_is_too_long_and_the_text_comes_back(text in "([a-c\\\\;,:\n é家👨]|\\PC){0,300}") {
            let mut lines = Lines::default();
            lines.add_text("SUMMARY", &text);
            let written = lines.into_text();
            let body = written.strip_suffix("\r\n").unwrap();
            for line in body.split("\r\n") {
                prop_assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line}");
            }
            let unfolded = body.replace("\r\n ", "");
            let plain = text.replace(['\u{85}', '\u{2028}', '\u{2029}'], "\n");
            prop_assert_eq!(unescaped(unfolded.strip_prefix("SUMMARY:").unwrap()), plain);
        }
    }
}
