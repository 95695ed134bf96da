//! Local times in an iCalendar file, and the VTIMEZONE to which they refer (RFC 5545, section 3.6.5).

use std::collections::BTreeSet;

use jiff::{
    SignedDuration, Timestamp,
    civil::{DateTime, date},
    tz::{Dst, Offset, TimeZone},
};

use super::content_line::Lines;

/// The last year that the program supports.
const LAST_YEAR: i16 = 9999;

/// A change of the clocks. `at` is the time on the clock before the change.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    at: DateTime,
    from: Offset,
    to: Offset,
    is_daylight: bool,
    name: String,
}

/// A property with a local time, such as `DUE;TZID=Europe/Berlin:20261127T093000`. In the zone UTC, this is
/// `DUE:20261127T093000Z`, and no VTIMEZONE is needed.
pub fn property(name: &str, time: DateTime, zone: &TimeZone) -> String {
    let time = stamp(time);
    id(zone).map_or_else(|| format!("{name}:{time}Z"), |id| format!("{name};TZID={id}:{time}"))
}

/// Adds the VTIMEZONE of the zone, or nothing in the zone UTC. The VTIMEZONE is right for every local time in one of
/// these years, and perhaps wrong in other years. Each change of the clocks is a separate part (STANDARD or DAYLIGHT).
/// RDATE would be shorter, but ical.js 2.2, the engine of Thunderbird and Nextcloud, reads only the first date of an
/// RDATE and then ignores DTSTART.
pub fn add(lines: &mut Lines, zone: &TimeZone, years: &BTreeSet<i16>) {
    let Some(id) = id(zone) else { return };
    let changes: BTreeSet<Change> = years.iter().flat_map(|year| in_year(zone, *year)).collect();
    lines.add("BEGIN:VTIMEZONE");
    lines.add(&format!("TZID:{id}"));
    for change in changes {
        let kind = if change.is_daylight { "DAYLIGHT" } else { "STANDARD" };
        lines.add(&format!("BEGIN:{kind}"));
        lines.add(&format!("DTSTART:{}", stamp(change.at)));
        lines.add(&format!("TZOFFSETFROM:{}", offset(change.from)));
        lines.add(&format!("TZOFFSETTO:{}", offset(change.to)));
        lines.add_text("TZNAME", &change.name);
        lines.add(&format!("END:{kind}"));
    }
    lines.add("END:VTIMEZONE");
}

/// The name of the zone, or `None` for UTC.
fn id(zone: &TimeZone) -> Option<&str> {
    // The zone of a person always has a name.
    let name = zone.iana_name().unwrap_or("Local");
    (!["UTC", "Etc/UTC"].contains(&name)).then_some(name)
}

/// The last change before the year, and the changes in the year.
fn in_year(zone: &TimeZone, year: i16) -> Vec<Change> {
    let (first, last) = (date(year, 1, 1).at(0, 0, 0, 0), date(year, 12, 31).at(23, 59, 59, 0));
    // The year can begin before `Timestamp::MIN`, and it can end after `Timestamp::MAX`.
    let first_at = zone.to_timestamp(first).unwrap_or(Timestamp::MIN);
    let last_at = zone.to_timestamp(last).unwrap_or(Timestamp::MAX);
    let valid = zone.preceding(first_at).next();
    // Some zones have no earlier change. In this case, the year begins with a change that keeps the offset.
    let begin = valid.is_none().then(|| {
        let info = zone.to_offset_info(first_at);
        let (offset, is_daylight) = (info.offset(), info.dst() == Dst::Yes);
        Change { at: first, from: offset, to: offset, is_daylight, name: info.abbreviation().to_owned() }
    });
    let in_year = zone.following(just_before(first_at)).take_while(|change| change.timestamp() <= last_at);
    let changes = valid.into_iter().chain(in_year).map(|change| {
        let from = zone.to_offset(just_before(change.timestamp()));
        let (to, is_daylight) = (change.offset(), change.dst() == Dst::Yes);
        let at = from.to_datetime(change.timestamp());
        Change { at, from, to, is_daylight, name: change.abbreviation().to_string() }
    });
    begin.into_iter().chain(changes).collect()
}

fn just_before(at: Timestamp) -> Timestamp {
    at.saturating_sub(SignedDuration::from_nanos(1)).unwrap_or(at)
}

fn stamp(time: DateTime) -> String {
    time.strftime("%Y%m%dT%H%M%S").to_string()
}

/// The offset as `+0100` or, with seconds, as `+005328`.
fn offset(offset: Offset) -> String {
    let (sign, seconds) = (if offset.is_negative() { '-' } else { '+' }, offset.seconds().abs());
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let rest = if seconds == 0 { String::new() } else { format!("{seconds:02}") };
    format!("{sign}{hours:02}{minutes:02}{rest}")
}

/// The years from `first` to `last`, but no year after `LAST_YEAR`.
pub fn years(first: i16, last: i16) -> impl Iterator<Item = i16> {
    first..=last.min(LAST_YEAR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ZONES: [&str; 8] = [
        "Europe/Berlin",
        "America/New_York",
        "America/Santiago",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Africa/Casablanca",
        "Europe/Dublin",
        "Etc/GMT+5",
    ];

    fn written(zone: &str, years: impl IntoIterator<Item = i16>) -> String {
        let mut lines = Lines::default();
        add(&mut lines, &TimeZone::get(zone).unwrap(), &years.into_iter().collect());
        lines.into_text().replace("\r\n ", "")
    }

    /// The offset in minutes that a reader of the VTIMEZONE finds for a local time (RFC 5545, section 3.6.5). The last
    /// change before this local time, or at this local time, decides.
    fn offset_at(text: &str, time: DateTime) -> i32 {
        let minutes = |text: &str| {
            let value: i32 = text[1..3].parse::<i32>().unwrap() * 60 + text[3..5].parse::<i32>().unwrap();
            if text.starts_with('-') { -value } else { value }
        };
        let mut last = (DateTime::MIN, 0);
        for part in text.split("BEGIN:").skip(2) {
            let value = |name: &str| part.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            let start = DateTime::strptime("%Y%m%dT%H%M%S", value("DTSTART:")).unwrap();
            if start <= time && start > last.0 {
                last = (start, minutes(value("TZOFFSETTO:")));
            }
        }
        last.1
    }

    #[test]
    fn a_zone_has_its_changes_of_the_years() {
        let expected = "\
BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\n\
BEGIN:STANDARD\r\nDTSTART:20251026T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\n\
BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\n\
BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\n\
END:VTIMEZONE\r\n";
        assert_eq!(written("Europe/Berlin", [2026]), expected);
        let kathmandu = written("Asia/Kathmandu", [2026]);
        assert!(kathmandu.contains("DTSTART:19860101T000000\r\nTZOFFSETFROM:+0530\r\nTZOFFSETTO:+0545"), "{kathmandu}");
        assert!(written("Etc/GMT+5", [2026]).contains("DTSTART:20260101T000000\r\nTZOFFSETFROM:-0500"));
        assert!(written("Europe/Berlin", [1800]).contains("TZOFFSETTO:+005328\r\n"));
        assert_eq!(written("UTC", [2026]), "");
        assert!(written("Europe/Berlin", [1, 9999]).contains("99991031T030000"));
    }

    #[test]
    fn a_time_names_its_zone() {
        let time = date(2026, 11, 27).at(9, 30, 0, 0);
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(property("DUE", time, &berlin), "DUE;TZID=Europe/Berlin:20261127T093000");
        assert_eq!(property("DUE", time, &TimeZone::get("Etc/UTC").unwrap()), "DUE:20261127T093000Z");
    }

    proptest! {
        #[test]
        fn every_local_time_has_the_offset_of_the_zone(
            zone in prop::sample::select(&ZONES[..]), minutes in prop::collection::vec(0i64..40 * 525_960, 1..6),
        ) {
            // 40 years from 2000 on. In the later years, the changes come from the rule of the zone, and not from its
            // table.
            let begin = date(2000, 1, 1).at(0, 0, 0, 0);
            let times: Vec<_> = minutes.iter().map(|minutes| begin + SignedDuration::from_mins(*minutes)).collect();
            let text = written(zone, times.iter().map(|time| time.year()));
            let zone = TimeZone::get(zone).unwrap();
            for time in times {
                // A local time that occurs twice, or that the clock skips, has two possible offsets.
                if let Ok(expected) = zone.to_ambiguous_zoned(time).unambiguous() {
                    prop_assert_eq!(offset_at(&text, time) * 60, expected.offset().seconds(), "{}\n{}", time, text);
                }
            }
        }
    }
}
