//! Times of day in the texts of callers, such as `5:30pm`.

use jiff::civil::Time;

use super::duration::number;

/// A time of day, as a caller wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    At(Time),
    /// The evening of today.
    Tonight,
    /// `all day`: no time. If the todo had a time, it loses the time.
    AllDay,
}

/// Reads a time of day: `17:00`, `5:30pm`, `5 pm`, `noon`, `tonight`, `eod`.
pub fn clock(words: &[&str]) -> Option<Clock> {
    let joined;
    let word = match words {
        ["end", "of", "day"] | ["end", "of", "the", "day"] => "eod",
        ["all", "day"] => return Some(Clock::AllDay),
        ["tonight"] => return Some(Clock::Tonight),
        [time, half @ ("am" | "pm")] => {
            joined = format!("{time}{half}");
            &joined
        }
        [word] => word,
        _ => return None,
    };
    let hour = |hour, minute| Time::new(hour, minute, 0, 0).ok();
    match word {
        "noon" | "midday" => return hour(12, 0).map(Clock::At),
        "eod" => return hour(17, 0).map(Clock::At),
        _ => {}
    }
    if let Some((time, is_pm)) =
        word.strip_suffix("am").map(|time| (time, false)).or_else(|| word.strip_suffix("pm").map(|time| (time, true)))
    {
        let (hours, minutes) = time.split_once([':', '.']).unwrap_or((time, "00"));
        let (hours, minutes) = (number(hours, 1..=2)?, number(minutes, 2..=2)?);
        let hours = (1..=12).contains(&hours).then_some(hours % 12 + if is_pm { 12 } else { 0 })?;
        return hour(hours, minutes).map(Clock::At);
    }
    let (hours, rest) = word.split_once(':')?;
    number(hours, 1..=2)?;
    let time = format!("{hours:0>2}:{rest}");
    // The parser of `jiff` also accepts other forms, so this function checks the characters first.
    let is_plain = rest.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.')) && time.len() >= 5;
    is_plain.then(|| time.parse::<Time>().ok()).flatten().map(Clock::At)
}

/// Reads the time beside `tonight`. The hours from 5 to 11 mean the evening, so `9` is 21:00. `None` if the time is not
/// in the evening, such as `9am` or `noon`.
pub fn evening(words: &[&str]) -> Option<Clock> {
    if words.last()?.ends_with("am") {
        return None;
    }
    let time = match words {
        [hour] if hour.bytes().all(|byte| byte.is_ascii_digit()) => Time::new(number(hour, 1..=2)?, 0, 0, 0).ok()?,
        words => match clock(words)? {
            Clock::At(time) => time,
            Clock::Tonight | Clock::AllDay => return None,
        },
    };
    match time.hour() {
        5..=11 => time.with().hour(time.hour() + 12).build().ok().map(Clock::At),
        17.. => Some(Clock::At(time)),
        _ => None,
    }
}
