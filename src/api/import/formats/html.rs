//! Plain text from HTML, and the entities of HTML. This module only makes texts. It never loads an address that it
//! finds in a text.

/// The names of entities that programs write for usual characters. Entities with other names stay as they are.
const ENTITIES: [(&str, char); 27] = [
    ("amp", '&'),
    ("apos", '\''),
    ("bull", '•'),
    ("copy", '©'),
    ("deg", '°'),
    ("euro", '€'),
    ("gt", '>'),
    ("hellip", '…'),
    ("laquo", '«'),
    ("ldquo", '“'),
    ("lsquo", '‘'),
    ("lt", '<'),
    ("mdash", '—'),
    ("middot", '·'),
    ("nbsp", '\u{a0}'),
    ("ndash", '–'),
    ("quot", '"'),
    ("raquo", '»'),
    ("rdquo", '”'),
    ("rsquo", '’'),
    ("szlig", 'ß'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
];
/// The maximum length of an entity, without `&` and `;`.
const LONGEST: usize = 10;
/// Elements whose content a page does not show.
const HIDDEN: [&str; 4] = ["head", "script", "style", "title"];
/// Elements that begin and end a line.
const BLOCKS: [&str; 14] =
    ["blockquote", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ol", "p", "table", "tr", "ul"];

/// The character of the entity at the beginning of the text, such as `&amp;`, `&#228;` or `&#xE4;`, and the number of
/// bytes of the entity.
pub fn entity(text: &str) -> Option<(char, usize)> {
    let rest = text.strip_prefix('&')?;
    let length = rest.bytes().take(LONGEST + 1).position(|byte| byte == b';')?;
    let name = &rest[..length];
    let letter = match name.strip_prefix('#') {
        Some(number) => {
            let number = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(number).filter(|letter| *letter != '\0')?
        }
        None => ENTITIES.iter().find(|(own, _)| *own == name)?.1,
    };
    Some((letter, length + 2))
}

/// The text of HTML: a line for each paragraph or item of a list, without tags, comments and styles. If the text of a
/// link does not contain the address of the link, the result also contains the address. The function accepts any text,
/// and its time grows with the length of the text.
pub fn to_text(html: &str) -> String {
    let mut writer = Writer::default();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&', '\n', '\r']) {
        writer.words(&rest[..at]);
        rest = &rest[at..];
        let special = rest.as_bytes()[0];
        let tag = if special == b'<' { tag(rest) } else { None };
        if let Some((inside, length)) = tag {
            rest = after_hidden(inside, &rest[length..]);
            writer.tag(inside);
        } else if let Some((letter, length)) = entity(rest) {
            writer.letter(letter);
            rest = &rest[length..];
        } else {
            writer.words(if special == b'\n' || special == b'\r' { " " } else { &rest[..1] });
            rest = &rest[1..];
        }
    }
    writer.words(rest);
    writer.text.trim().to_owned()
}

/// The content of the tag at the beginning of the text, and the length of the tag with `<` and `>`. A `<` before a
/// space or a digit is only a character. If no `>` follows, the rest of the text is the tag, so that the function
/// searches for a missing `>` only once.
fn tag(text: &str) -> Option<(&str, usize)> {
    if let Some(comment) = text.strip_prefix("<!--") {
        return Some(("", comment.find("-->").map_or(text.len(), |end| end + 7)));
    }
    let begins = |letter: u8| letter.is_ascii_alphabetic() || matches!(letter, b'/' | b'!' | b'?');
    if !text.as_bytes().get(1).copied().is_some_and(begins) {
        return None;
    }
    let end = text.find('>').unwrap_or(text.len());
    Some((&text[1..end], (end + 1).min(text.len())))
}

/// The name of a tag in lower case. The name begins with `/` if the tag ends an element.
fn name(tag: &str) -> String {
    let end = tag.find(|letter: char| letter.is_whitespace()).unwrap_or(tag.len());
    tag[..end].trim_end_matches('/').to_ascii_lowercase()
}

/// If the tag begins an element that a page does not show, returns the text from the end tag of this element on.
/// Otherwise returns the whole text.
fn after_hidden<'a>(tag: &str, rest: &'a str) -> &'a str {
    let name = name(tag);
    if !HIDDEN.contains(&name.as_str()) || tag.ends_with('/') {
        return rest;
    }
    let end = format!("</{name}");
    let bytes = rest.as_bytes();
    let found = memchr::memchr_iter(b'<', bytes)
        .find(|at| bytes.get(*at..at + end.len()).is_some_and(|here| here.eq_ignore_ascii_case(end.as_bytes())));
    found.map_or("", |at| &rest[at..])
}

#[derive(Default)]
struct Writer {
    text: String,
    /// The address of the present link, and the position in `text` at which the text of the link begins.
    link: Option<(String, usize)>,
}

impl Writer {
    fn words(&mut self, words: &str) {
        for letter in words.chars() {
            self.letter(if letter == '\t' { ' ' } else { letter });
        }
    }

    /// Adds a character. Several spaces count as one.
    fn letter(&mut self, letter: char) {
        let letter = if letter == '\u{a0}' { ' ' } else { letter };
        if letter != ' ' || !self.text.ends_with([' ', '\n']) && !self.text.is_empty() {
            self.text.push(letter);
        }
    }

    fn line(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn tag(&mut self, tag: &str) {
        let name = name(tag);
        match name.as_str() {
            "br" => {
                self.text.truncate(self.text.trim_end_matches(' ').len());
                self.text.push('\n');
            }
            "a" => self.link = address(tag).map(|address| (address, self.text.len())),
            "/a" => {
                if let Some((address, from)) = self.link.take() {
                    let words = self.text.get(from..).unwrap_or_default().trim();
                    let says_it = words.contains(address.trim_start_matches("mailto:").trim_end_matches('/'));
                    let end = if words.is_empty() { address } else { format!(" ({address})") };
                    if !says_it {
                        self.text.push_str(&end);
                    }
                }
            }
            name if BLOCKS.contains(&name.trim_start_matches('/')) => {
                self.line();
                if name == "li" {
                    self.text.push_str("- ");
                }
            }
            _ => {}
        }
    }
}

/// The address of a link. `None` if the address does not begin with `http://`, `https://` or `mailto:`.
fn address(tag: &str) -> Option<String> {
    let at = tag.to_ascii_lowercase().find("href=")? + "href=".len();
    let value = &tag[at..];
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split_whitespace().next()?,
    };
    let value = value.replace("&amp;", "&");
    ["http://", "https://", "mailto:"].iter().any(|scheme| value.starts_with(scheme)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn html_becomes_lines_of_text() {
        for (html, expected) in [
            (
                "<html><head><style>p{a:b}</style></head><body><p>One&nbsp;&amp; two</p>\r\n<p>three</p></body></html>",
                "One & two\nthree",
            ),
            ("a<br>b<BR/>c<br /><br/>d", "a\nb\nc\n\nd"),
            ("<ul><li>x</li><li><b>y</b></li></ul>", "- x\n- y"),
            ("1 < 2 && 3 > 2 &unknown; &#x1F4C5;&#228;", "1 < 2 && 3 > 2 &unknown; 📅ä"),
            (
                "<a href=\"https://a.b/?c=1&amp;d=2\">See</a> <a href='https://a.b'>https://a.b</a>",
                "See (https://a.b/?c=1&d=2) https://a.b",
            ),
            ("<a href=\"javascript:alert(1)\">x</a><script>alert(1)</script>", "x"),
            ("a<!-- b --> c <!-- d", "a c"),
            ("a <b", "a"),
            ("<style>never ends", ""),
        ] {
            assert_eq!(to_text(html), expected, "{html}");
        }
    }

    #[test]
    fn long_broken_html_takes_little_time() {
        for part in ["<", "<a ", "<!--", "<style>", "&", "<a href=", "</a", "<br>"] {
            to_text(&part.repeat(300_000));
        }
    }

    proptest! {
        #[test]
        fn any_html_is_read(html in "(<|>|&|;|#|x|a|href=|\"|/|style|br|li|é| |\n|!--|-->|\\PC){0,40}") {
            let text = to_text(&html);
            prop_assert!(text.len() <= 2 * html.len(), "{:?}", text);
        }
    }
}
