//! Content lines (RFC 5545, section 3.1). `export/content_line.rs` writes them.

use std::borrow::Cow;

use crate::api::import::formats::lines;

/// One property, such as `DUE;TZID=Europe/Berlin:20261127T093000`.
#[derive(Debug)]
pub struct Property<'a> {
    /// The number of its first line.
    pub line: usize,
    /// In upper case.
    pub name: String,
    /// The text between the name and the value.
    parameters: Cow<'a, str>,
    /// The value as it stands in the file, with escapes.
    pub value: Cow<'a, str>,
}

/// The properties of the text. A line that begins with a space or a tab continues the line before it. Some programs do
/// not escape the line breaks of a text. So a line that is not a property belongs to the DESCRIPTION before it.
pub fn properties(text: &str) -> impl Iterator<Item = Property<'_>> {
    let mut lines = lines::of(text).peekable();
    let mut next = None;
    std::iter::from_fn(move || {
        let mut property = loop {
            if let Some(property) = next.take() {
                break property;
            }
            let (line, text) = whole(&mut lines)?;
            if let Some(property) = Property::parse(line, text) {
                break property;
            }
        };
        while let Some((line, text)) = whole(&mut lines) {
            next = Property::parse(line, text.clone());
            if next.is_some() {
                break;
            }
            if property.name == "DESCRIPTION" {
                let value = property.value.to_mut();
                value.push_str("\\n");
                value.push_str(&text);
            }
        }
        Some(property)
    })
}

/// One unfolded line.
fn whole<'a>(lines: &mut std::iter::Peekable<impl Iterator<Item = (usize, &'a str)>>) -> Option<(usize, Cow<'a, str>)> {
    let (number, first) = lines.next()?;
    let mut line = Cow::Borrowed(first);
    while let Some((_, more)) = lines.next_if(|(_, line)| line.starts_with([' ', '\t'])) {
        line.to_mut().push_str(&more[1..]);
    }
    Some((number, line))
}

impl<'a> Property<'a> {
    fn parse(line: usize, text: Cow<'a, str>) -> Option<Self> {
        let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')?;
        let name = text[..end].to_ascii_uppercase();
        let rest = &text[end..];
        // A value begins after the first colon that is not in quotation marks.
        let mut in_quotes = false;
        let colon = rest.bytes().position(|byte| {
            in_quotes ^= byte == b'"';
            byte == b':' && !in_quotes
        });
        let colon = colon.or_else(|| rest.find(':'))?;
        if name.is_empty() || !(rest.starts_with(':') || rest.starts_with(';')) {
            return None;
        }
        let (from, to) = (end, end + colon);
        let (parameters, value) = match text {
            Cow::Borrowed(text) => (Cow::Borrowed(&text[from..to]), Cow::Borrowed(&text[to + 1..])),
            Cow::Owned(mut text) => {
                let parameters = text[from..to].to_owned();
                text.drain(..=to);
                (Cow::Owned(parameters), Cow::Owned(text))
            }
        };
        Some(Self { line, name, parameters, value })
    }

    /// The value of a parameter, without quotation marks.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut in_quotes = false;
        let parts = self.parameters.split(move |letter| {
            in_quotes ^= letter == '"';
            letter == ';' && !in_quotes
        });
        parts
            .filter_map(|part| part.split_once('='))
            .find(|(own, _)| own.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().trim_matches('"'))
    }

    /// The value as one text, without escapes.
    pub fn text(&self) -> String {
        let mut texts = unescaped(&self.value, false);
        texts.pop().unwrap_or_default()
    }

    /// The texts between the commas of the value, without escapes.
    pub fn texts(&self) -> Vec<String> {
        unescaped(&self.value, true)
    }
}

/// The value without the escapes of RFC 5545, section 3.3.11. Old programs escape `:` and `"` too. Other backslashes
/// belong to the text. If `divides` is true, each comma without a backslash divides the value.
fn unescaped(value: &str, divides: bool) -> Vec<String> {
    let (mut texts, mut text) = (Vec::new(), String::with_capacity(value.len()));
    let mut letters = value.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == ',' && divides {
            texts.push(std::mem::take(&mut text));
            continue;
        }
        let escaped = letters.peek().copied().filter(|_| letter == '\\');
        match escaped {
            Some('n' | 'N') => text.push('\n'),
            Some(next @ ('\\' | ',' | ';' | ':' | '"')) => text.push(next),
            Some(_) | None => {
                text.push(letter);
                continue;
            }
        }
        letters.next();
    }
    texts.push(text);
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_unfolded_and_divided() {
        let text = "\u{feff}BEGIN:VTODO\r\nSUMMARY:long\r\n  text\\, a\\n\r\n\tb\nno property\nDUE;X=\"a:b;c\";TZID=\"Europe/Berlin\":2026\rDESCRIPTION:one\ntwo three\n\n: x";
        let read: Vec<_> =
            properties(text).map(|property| (property.line, property.name.clone(), property.text())).collect();
        let expected = [
            (1, "BEGIN", "VTODO"),
            (2, "SUMMARY", "long text, a\nb"),
            (6, "DUE", "2026"),
            (7, "DESCRIPTION", "one\ntwo three\n\n: x"),
        ];
        assert_eq!(read, expected.map(|(line, name, text)| (line, name.to_owned(), text.to_owned())));
        let due = properties(text).nth(2).unwrap();
        assert_eq!((due.parameter("tzid"), due.parameter("x")), (Some("Europe/Berlin"), Some("a:b;c")));
    }

    #[test]
    fn only_escapes_of_the_format_are_escapes() {
        assert_eq!(unescaped("C:\\temp\\, a\\;b\\:c\\\\n\\", false), ["C:\\temp, a;b:c\\n\\"]);
        assert_eq!(unescaped("a\\,b,c,", true), ["a,b", "c", ""]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(BEGIN:|END:|VTODO|DUE|;|:|=|\"|\\\\|\r\n|\n| |\t|\\PC){0,60}") {
            for property in properties(&text) {
                property.parameter("TZID");
                property.text();
            }
        }
    }
}
