//! Texts in a Markdown file. A program that shows CommonMark or GitHub's Markdown shows these texts as a person has
//! typed them.

/// Characters with which Obsidian Tasks marks a date.
const DATE_MARKS: [char; 9] = ['📅', '📆', '🗓', '⏳', '🛫', '➕', '✅', '❌', '⏰'];
/// Characters with which Obsidian Tasks marks a repetition, the id of a task, the ids of tasks that must be done first,
/// or the action after the completion.
const WORD_MARKS: [char; 4] = ['🔁', '🆔', '⛔', '🏁'];
/// Characters with which Obsidian Tasks marks a priority.
const PRIORITY_MARKS: [char; 5] = ['🔺', '⏫', '🔼', '🔽', '⏬'];

/// A title as one line of Markdown. If Obsidian Tasks would read a character as a mark, this character becomes an
/// entity such as `&#x1F4C5;`.
pub fn title(text: &str) -> String {
    let is_mark = |letter: char, rest: &[char]| {
        let mut after = rest.iter().copied().filter(|letter| *letter != '\u{fe0f}' && !letter.is_whitespace());
        let ends_or_counts = after.next().is_none_or(|letter| letter.is_ascii_digit());
        WORD_MARKS.contains(&letter)
            || ends_or_counts && (DATE_MARKS.contains(&letter) || PRIORITY_MARKS.contains(&letter))
    };
    inline(text, None, is_mark)
}

/// The lines of the notes as Markdown, without indentation. An empty line separates paragraphs. Two spaces at the end
/// of a line keep the line break. Spaces at the beginning of a line become no-break spaces, because Markdown ignores
/// spaces there.
pub fn notes(text: &str) -> Vec<String> {
    let breaks = ['\n', '\u{2028}', '\u{2029}', '\u{85}', '\u{b}', '\u{c}'];
    let lines: Vec<_> = text.split(breaks).map(str::trim_end).collect();
    let ends = |at: usize| lines.get(at + 1).is_none_or(|next| next.is_empty());
    let begins = |at: usize| at == 0 || lines[at - 1].is_empty();
    let written = lines.iter().enumerate().map(|(at, line)| match line {
        &"" => String::new(),
        line => whole_line(line, begins(at)) + if ends(at) { "" } else { "  " },
    });
    let mut written: Vec<_> = written.collect();
    written.dedup_by(|line, before| line.is_empty() && before.is_empty());
    written
}

fn whole_line(line: &str, begins_paragraph: bool) -> String {
    let text = line.trim_start();
    let spaces = line.chars().take_while(|letter| letter.is_whitespace());
    let width = spaces.map(|letter| if letter == '\t' { 4 } else { 1 }).sum();
    // Some programs remove even no-break spaces at the beginning of a paragraph, but they do not remove an entity.
    let indent = match "\u{a0}".repeat(width) {
        indent if begins_paragraph => indent.replacen('\u{a0}', "&nbsp;", 1),
        indent => indent,
    };
    let special = special_at(text).filter(|_| indent.is_empty());
    indent + &inline(text, special, |_, _| false)
}

/// The index of the character that makes Markdown read the line as a quotation, a list, a heading or a table. `None` if
/// the line is a part of a paragraph.
fn special_at(line: &str) -> Option<usize> {
    let ends_word = |rest: &str| rest.is_empty() || rest.starts_with([' ', '\t']);
    let only = |letters: &[char]| line.chars().all(|letter| letters.contains(&letter));
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let is_list = line.strip_prefix(['-', '+']).is_some_and(ends_word);
    let is_number = (1..=9).contains(&digits) && line[digits..].strip_prefix(['.', ')']).is_some_and(ends_word);
    if line.starts_with('>') || is_list || only(&['=']) || only(&['-', ':', '|', ' ', '\t']) {
        return Some(0);
    }
    is_number.then_some(digits)
}

/// The text with `\` before each character that CommonMark, GitHub or Obsidian would read as a command, and before the
/// character with the index `special`. If `is_mark` returns `true` for a character and the characters after it, the
/// character becomes an entity.
fn inline(text: &str, special: Option<usize>, is_mark: impl Fn(char, &[char]) -> bool) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut written = String::with_capacity(text.len());
    for (at, letter) in letters.iter().copied().enumerate() {
        let (before, rest) = (at.checked_sub(1).map(|before| letters[before]), &letters[at + 1..]);
        if is_mark(letter, rest) {
            written += &format!("&#x{:X};", u32::from(letter));
            continue;
        }
        if special == Some(at) || is_command(letter, before, rest) {
            written.push('\\');
        }
        written.push(letter);
    }
    written
}

fn is_command(letter: char, before: Option<char>, rest: &[char]) -> bool {
    let next = rest.first().copied();
    let both = |fits: fn(char) -> bool| before.is_some_and(fits) && next.is_some_and(fits);
    let alone = both(|letter| letter == ' ');
    match letter {
        '`' | '[' => true,
        // The next character can become an entity. The entity begins with `&`, and `\&` would be an escape.
        '\\' => next.is_none_or(|next| !next.is_alphanumeric() && !next.is_whitespace()),
        '*' | '~' => !alone,
        '_' => !alone && !both(char::is_alphanumeric),
        '<' => next.is_some_and(|next| next.is_ascii_alphabetic() || "/!?".contains(next)),
        '&' => is_entity(rest),
        // Obsidian reads `#word` as a tag.
        '#' => before.is_none_or(char::is_whitespace),
        _ => false,
    }
}

/// Whether the characters after `&` make an entity, such as `amp;` or `#65;`.
fn is_entity(rest: &[char]) -> bool {
    let name = rest.iter().take_while(|letter| letter.is_ascii_alphanumeric() || **letter == '#').count();
    name > 0 && rest.get(name) == Some(&';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_markdown_would_read_is_escaped() {
        for (text, expected) in [
            ("Buy 2 * 3 eggs, snake_case & more < 5 - ok!", "Buy 2 * 3 eggs, snake_case & more < 5 - ok!"),
            ("*a* _b_ `c` ~~d~~", "\\*a\\* \\_b\\_ \\`c\\` \\~\\~d\\~\\~"),
            ("[a](b) ![c](d) <b> &amp; &x", "\\[a](b) !\\[c](d) \\<b> \\&amp; &x"),
            ("C:\\dir\\*.txt \\", "C:\\dir\\\\\\*.txt \\\\"),
            ("C# #tag # ##", "C# \\#tag \\# \\##"),
            ("✅ list, 📅 weekly, a 🔺 b", "✅ list, 📅 weekly, a 🔺 b"),
            ("\\✅ 1", "\\\\&#x2705; 1"),
            ("a 📅 2026-01-01", "a &#x1F4C5; 2026-01-01"),
            ("🔁 every day 🔺", "&#x1F501; every day &#x1F53A;"),
        ] {
            assert_eq!(title(text), expected);
        }
    }

    #[test]
    fn lines_of_notes_are_lines_of_a_paragraph() {
        for (text, expected) in [
            ("a\nb", vec!["a  ", "b"]),
            ("a\n\n\n b\u{2028}c ", vec!["a", "", "&nbsp;b  ", "c"]),
            ("- a\n-5\n+ b\n* c", vec!["\\- a  ", "-5  ", "\\+ b  ", "\\* c"]),
            ("# a\n> b\n1. c\n12) d\n1.5", vec!["\\# a  ", "\\> b  ", "1\\. c  ", "12\\) d  ", "1.5"]),
            ("a\n===\nb\n---\n|-|-|", vec!["a  ", "\\===  ", "b  ", "\\---  ", "\\|-|-|"]),
            ("\t- a\n    b", vec!["&nbsp;\u{a0}\u{a0}\u{a0}- a  ", "\u{a0}\u{a0}\u{a0}\u{a0}b"]),
        ] {
            assert_eq!(notes(text), expected, "{text:?}");
        }
    }
}
