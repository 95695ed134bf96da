//! Reads UNTIL, the end of a repetition.

use jiff::{
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

use crate::domain::due::Due;

/// The last day on which a repetition has a date. `text` is `20261201`, `20261201T120000` or `20261201T120000Z`. If the
/// time of UNTIL is before the due time, the last date is on the day before.
pub fn last_day(text: &str, due: Option<Due>, zone: &TimeZone) -> Option<Date> {
    let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
    let date = Date::strptime("%Y%m%d", date).ok().filter(|_| date.len() == 8)?;
    let Some(time) = time else { return Some(date) };
    let clock = time.trim_end_matches('Z');
    let clock = Time::strptime("%H%M%S", clock).ok().filter(|_| clock.len() == 6)?;
    let is_utc = time.ends_with('Z');
    // If the due date has no time, some programs write the last day as midnight in UTC.
    let is_day = matches!(due, Some(Due::On(_))) && clock == Time::midnight();
    let end: DateTime = if is_utc && !is_day {
        zone.to_datetime(TimeZone::UTC.to_timestamp(date.to_datetime(clock)).ok()?)
    } else {
        date.to_datetime(clock)
    };
    match due {
        Some(Due::At(time)) if end.time() < time.time() => end.date().yesterday().ok(),
        _ => Some(end.date()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_the_last_local_day_that_has_a_date() {
        let berlin = "Europe/Berlin";
        for (until, due, zone, expected) in [
            ("20261201", "2026-11-27", berlin, Some("2026-12-01")),
            ("20261201", "2026-11-27T09:00", berlin, Some("2026-12-01")),
            ("20261130T225959Z", "2026-11-27T23:30", berlin, Some("2026-11-30")),
            ("20261130T230000Z", "2026-11-27", berlin, Some("2026-12-01")),
            ("20261201T000000Z", "2026-11-27", berlin, Some("2026-12-01")),
            ("20261201T000000Z", "2026-11-27", "America/New_York", Some("2026-12-01")),
            ("20261202T045959Z", "2026-11-27T23:30", "America/New_York", Some("2026-12-01")),
            // In Berlin, it is 11:00 then.
            ("20261201T100000Z", "2026-11-27T11:00", berlin, Some("2026-12-01")),
            ("20261201T100000Z", "2026-11-27T11:30", berlin, Some("2026-11-30")),
            ("20261201T235959", "2026-11-27T09:00", berlin, Some("2026-12-01")),
            ("2026-12-01", "2026-11-27", berlin, None),
            ("20261301", "2026-11-27", berlin, None),
            ("20261201T", "2026-11-27", berlin, None),
            ("é", "2026-11-27", berlin, None),
        ] {
            let day = last_day(until, Due::parse(due), &TimeZone::get(zone).unwrap());
            assert_eq!(day.map(|day| day.to_string()).as_deref(), expected, "{until} {due}");
        }
    }
}
