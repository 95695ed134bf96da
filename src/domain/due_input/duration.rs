//! Durations in the texts of callers, such as `in 2 weeks`.

use jiff::Span;

/// The direction in which the program looks for a day that the caller named without a year, such as `friday`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// For due dates.
    Coming,
    /// For the beginning of a period, and for days of completion.
    Past,
}

/// A duration, with its direction if the caller named one: `in 2 days`, `+2d`, `2 days ago`. A duration without a
/// direction lies in the direction in which the program looks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Duration {
    pub span: Span,
    pub direction: Option<Direction>,
}

impl Duration {
    pub fn signed(self, direction: Direction) -> Span {
        match self.direction.unwrap_or(direction) {
            Direction::Coming => self.span,
            Direction::Past => -self.span,
        }
    }

    /// Whether the duration has only days, weeks, months and years.
    pub fn is_of_days(self) -> bool {
        self.span.get_hours() == 0 && self.span.get_minutes() == 0 && self.span.get_seconds() == 0
    }
}

impl PartialEq for Duration {
    fn eq(&self, other: &Self) -> bool {
        self.span.fieldwise() == other.span.fieldwise() && self.direction == other.direction
    }
}

impl Eq for Duration {}

/// Reads a duration: `in 2 weeks`, `+3d`, `1h30m`, `2 days ago`, `last 10 minutes`, `PT10M` (ISO 8601).
pub fn duration(words: &[&str]) -> Option<Duration> {
    let (words, direction) = match words {
        ["in", rest @ ..] | [rest @ .., "from", "now"] => (rest, Some(Direction::Coming)),
        ["last" | "past", rest @ ..] | ["the", "last" | "past", rest @ ..] | [rest @ .., "ago"] => {
            (rest, Some(Direction::Past))
        }
        words => (words, None),
    };
    let text = match words {
        ["half", "1", "hour"] | ["half", "hour"] => "30 minutes".to_owned(),
        ["1", "fortnight"] | ["fortnight"] => "2 weeks".to_owned(),
        // `last hour`. But `last week` and `last month` are not durations from now.
        ["hour" | "minute"] if direction == Some(Direction::Past) => format!("1 {}", words[0]),
        words => words.join(" "),
    };
    let (text, direction) = match (text.strip_prefix('+'), text.strip_prefix('-'), direction) {
        (Some(text), _, None) => (text, Some(Direction::Coming)),
        (_, Some(text), None) => (text, Some(Direction::Past)),
        _ => (text.as_str(), direction),
    };
    let is_duration = text.starts_with('p') || text.starts_with(|first: char| first.is_ascii_digit());
    // In a duration, a number of more than four digits is surely a mistake.
    let is_short = text.split(|letter: char| !letter.is_ascii_digit()).all(|digits| digits.len() <= 4);
    // A text such as 15:30 is a time, and not a duration in hours and minutes.
    let span: Span = (is_duration && is_short && !text.contains(':')).then(|| text.parse().ok()).flatten()?;
    (!span.is_negative()).then_some(Duration { span, direction })
}

/// Reads a number. `digits` says how many digits the number may have.
pub fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i8> {
    let plain = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}
