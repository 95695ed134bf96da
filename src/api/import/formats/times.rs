//! Times as several formats write them.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use super::windows_zones::iana_name;
use crate::{api::import::source::Context, domain::due::Due};

/// A moment such as `2026-03-05T09:30:00.1234567Z` (RFC 3339). The domain keeps times to the microsecond.
pub fn moment(text: &str) -> Option<Timestamp> {
    let at: Timestamp = text.trim().parse().ok()?;
    Timestamp::from_microsecond(at.as_microsecond()).ok()
}

/// A due time on the person's clock, to the minute.
pub fn due_at(at: Timestamp, context: &Context) -> Due {
    Due::At(to_the_minute(context.zone.to_datetime(at)))
}

/// The local time without its seconds.
pub fn to_the_minute(time: DateTime) -> DateTime {
    time.date().at(time.hour(), time.minute(), 0, 0)
}

/// A moment on this day, if the file does not say the time of day. The moment is noon, so that it is on the same day in
/// the neighbouring time zones too. If noon is in the future, the moment is now: a task cannot be completed or added in
/// the future.
pub fn some_time_on(day: Date, context: &Context) -> Option<Timestamp> {
    let noon = context.zone.to_timestamp(day.at(12, 0, 0, 0)).ok()?;
    Some(noon.min(context.now))
}

/// A time zone by its name. Names of Windows, names of Microsoft's calendars such as `tzone://Microsoft/Utc`, and paths
/// that end with an IANA name, such as `/mozilla.org/20050126_1/Europe/Berlin`, are accepted too.
pub fn zone(name: &str) -> Option<TimeZone> {
    let name = name.trim().trim_matches('"');
    let named = |name: &str| TimeZone::get(name).ok();
    let name = name.strip_prefix("tzone://Microsoft/").unwrap_or(name);
    // An IANA name has at most three parts.
    let ends = name.rmatch_indices('/').take(3).map(|(at, _)| &name[at + 1..]);
    let ends: Vec<_> = ends.filter(|end| end.contains('/')).collect();
    named(name).or_else(|| iana_name(name).and_then(named)).or_else(|| ends.into_iter().rev().find_map(named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zone_has_many_names() {
        for (name, expected) in [
            ("Europe/Berlin", Some("Europe/Berlin")),
            ("W. Europe Standard Time", Some("Europe/Berlin")),
            ("\"/mozilla.org/20050126_1/Europe/Berlin\"", Some("Europe/Berlin")),
            ("/freeassociation.sourceforge.net/America/Indiana/Knox", Some("America/Indiana/Knox")),
            ("tzone://Microsoft/Utc", Some("UTC")),
            ("Customized Time Zone", None),
            ("", None),
            ("///", None),
        ] {
            assert_eq!(zone(name).as_ref().and_then(TimeZone::iana_name), expected, "{name}");
        }
    }

    #[test]
    fn a_day_that_is_over_is_not_in_the_future() {
        let now = "2026-11-20T09:00:00Z".parse().unwrap();
        let context = Context { now, zone: TimeZone::UTC, week_start: crate::domain::moment::Weekday::Mon };
        let on = |day: &str| some_time_on(day.parse().unwrap(), &context).unwrap().to_string();
        assert_eq!(on("2026-11-19"), "2026-11-19T12:00:00Z");
        assert_eq!(on("2026-11-20"), "2026-11-20T09:00:00Z");
        assert_eq!(moment("2026-11-20T09:00:00.1234567Z").unwrap().to_string(), "2026-11-20T09:00:00.123456Z");
    }
}
