//! Translates German dates and repetitions into English words.

use jiff::civil::Date;

/// English words, and the German words for each. German words without an English word are left out.
const WORDS: &[(&str, &[&str])] = &[
    ("every", &["jeden", "jede", "jedes", "jeder", "alle"]),
    ("every!", &["jeden!", "jede!", "jedes!", "jeder!", "alle!"]),
    ("every day", &["täglich"]),
    ("every week", &["wöchentlich"]),
    ("every month", &["monatlich"]),
    ("every quarter", &["vierteljährlich", "quartalsweise"]),
    ("every year", &["jährlich"]),
    ("every workday", &["werktags", "wochentags"]),
    ("day", &["tag", "tage", "tagen"]),
    ("week", &["woche", "wochen"]),
    ("month", &["monat", "monate", "monaten", "monats"]),
    ("quarter", &["quartal", "quartale"]),
    ("year", &["jahr", "jahre", "jahren"]),
    ("workday", &["werktag", "werktage", "arbeitstag", "wochentag"]),
    ("today", &["heute"]),
    ("tomorrow", &["morgen"]),
    ("day after tomorrow", &["übermorgen"]),
    ("yesterday", &["gestern"]),
    ("next", &["nächsten", "nächste", "nächster", "nächstes"]),
    ("coming", &["kommenden", "kommende", "kommender"]),
    ("last", &["letzten", "letzte", "letzter", "letztes"]),
    ("1st", &["ersten", "erste", "erster"]),
    ("2nd", &["zweiten", "zweite", "zweiter"]),
    ("3rd", &["dritten", "dritte", "dritter"]),
    ("4th", &["vierten", "vierte", "vierter"]),
    ("other", &["anderen", "andere"]),
    ("one", &["einem", "einer"]),
    ("in", &["in"]),
    ("at", &["um"]),
    ("noon", &["mittags"]),
    ("starting", &["ab", "beginnend"]),
    ("until", &["bis"]),
    ("of the", &["des", "im"]),
    ("", &["am", "den", "der", "dem", "und", "uhr", "zum"]),
];

/// The weekdays and the months, from the first one on. Each has at least one name; short names can have a point.
const WEEKDAYS: [(&str, &[&str]); 7] = [
    ("monday", &["montag", "mo"]),
    ("tuesday", &["dienstag", "di"]),
    ("wednesday", &["mittwoch", "mi"]),
    ("thursday", &["donnerstag", "do"]),
    ("friday", &["freitag", "fr"]),
    ("saturday", &["samstag", "sonnabend", "sa"]),
    ("sunday", &["sonntag", "so"]),
];
const MONTHS: [(&str, &[&str]); 12] = [
    ("january", &["januar", "jänner", "jan"]),
    ("february", &["februar", "feber", "feb"]),
    ("march", &["märz", "mär", "mrz"]),
    ("april", &["april", "apr"]),
    ("may", &["mai"]),
    ("june", &["juni", "jun"]),
    ("july", &["juli", "jul"]),
    ("august", &["august", "aug"]),
    ("september", &["september", "sept", "sep"]),
    ("october", &["oktober", "okt"]),
    ("november", &["november", "nov"]),
    ("december", &["dezember", "dez"]),
];

/// The text in English. `text` is in lower case. `None` if a word is unknown.
pub fn in_english(text: &str) -> Option<String> {
    let text = text.replace(',', " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut english = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| words[at]);
        english.push(word_in_english(word, before, words.get(at + 1).copied())?);
    }
    // `jeden zweiten tag`
    let english = english.join(" ");
    let units = ["day", "week", "month", "year"];
    let other = units.iter().find(|unit| english.contains(&format!("every 2nd {unit}")));
    Some(if other.is_some() { english.replace("every 2nd", "every other") } else { english })
}

fn word_in_english(word: &str, before: Option<&str>, after: Option<&str>) -> Option<String> {
    if let Some((english, _)) = WORDS.iter().find(|(_, german)| german.contains(&word)) {
        return Some((*english).to_owned());
    }
    if let Some(weekday) = named(word, &WEEKDAYS) {
        return Some(weekday.to_owned());
    }
    // `montags`
    if let Some(weekday) = word.strip_suffix('s').and_then(|word| named(word, &WEEKDAYS)).filter(|_| word.len() > 3) {
        return Some(format!("every {weekday}"));
    }
    if let Some(month) = named(word, &MONTHS) {
        return Some(month.to_owned());
    }
    if let Some(date) = date(word) {
        return Some(date);
    }
    let digits = word.trim_end_matches('.');
    let is_number = !digits.is_empty() && digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then_some(digits);
    match number {
        // `17 uhr`, `um 9`
        Some(hour) if after == Some("uhr") || before == Some("um") => Some(format!("{hour}:00")),
        Some(day) if digits.len() < word.len() => Some(ordinal(day)),
        Some(number) => Some(number.to_owned()),
        None => word.bytes().any(|byte| byte.is_ascii_digit()).then(|| word.to_owned()),
    }
}

fn named(word: &str, names: &[(&'static str, &[&str])]) -> Option<&'static str> {
    let word = word.trim_end_matches('.');
    names.iter().find(|(_, german)| german.contains(&word)).map(|(english, _)| *english)
}

/// Reads `4.1.`, `04.01.27` or `4.1.2027`.
fn date(word: &str) -> Option<String> {
    let mut parts = word.split('.');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let (day, month) = (day.parse().ok()?, month.parse().ok()?);
    if parts.next().is_some() {
        return None;
    }
    if year.is_empty() {
        // 2024 is a leap year, so this check accepts 29 February.
        Date::new(2024, month, day).ok()?;
        let (month, _) = MONTHS[usize::try_from(month).ok()?.checked_sub(1)?];
        return Some(format!("{day} {month}"));
    }
    let year: i16 = if year.len() == 2 { year.parse::<i16>().ok()? + 2000 } else { year.parse().ok()? };
    Date::new(year, month, day).ok().map(|date| date.to_string())
}

/// The number with its English ending.
fn ordinal(number: &str) -> String {
    let ending = match number.trim_start_matches('0') {
        "1" | "21" | "31" => "st",
        "2" | "22" => "nd",
        "3" | "23" => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}
