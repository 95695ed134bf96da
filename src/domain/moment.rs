//! The present moment in the owner's time zone.

use jiff::{
    RoundMode, SignedDuration, Timestamp, TimestampRound, Unit,
    civil::{Date, Weekday as Day},
    tz::TimeZone,
};

use super::words::words;

words! {
    /// A day of the week. The program writes a day with three letters, such as `mon`.
    Weekday {
        Mon = "mon" | "monday",
        Tue = "tue" | "tuesday",
        Wed = "wed" | "wednesday",
        Thu = "thu" | "thursday",
        Fri = "fri" | "friday",
        Sat = "sat" | "saturday",
        Sun = "sun" | "sunday",
    }
}

/// A request reads the clock once. Then the request may wait for another request, which reads the clock later. So `now`
/// may be earlier than `at`, although nobody has set the clock back. But `at` is at most this time later than `now`,
/// because no request waits longer.
const WAITING: SignedDuration = SignedDuration::from_secs(30);

/// Whether the time from `at` to `now` is shorter than `limit`. If `at` is more than 30 seconds after `now`, somebody
/// has set the clock back. Then the age of `at` is unknown, and the result is `false`.
pub fn is_within(limit: SignedDuration, at: Timestamp, now: Timestamp) -> bool {
    let age = now.duration_since(at);
    -WAITING <= age && age < limit
}

/// The time rounded down to the whole second, as answers show it. The result is never a moment in the future.
pub fn to_the_second(at: Timestamp) -> Timestamp {
    at.round(TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Floor)).unwrap_or(at)
}

/// A moment, the owner's time zone, and the day on which the owner's weeks begin.
#[derive(Debug, Clone)]
pub struct Moment {
    pub now: Timestamp,
    pub zone: TimeZone,
    pub week_start: Weekday,
}

impl Moment {
    /// The date in the owner's time zone.
    pub fn today(&self) -> Date {
        self.zone.to_datetime(self.now).date()
    }
}

impl Weekday {
    /// The weekday of a date.
    pub fn of(date: Date) -> Self {
        match date.weekday() {
            Day::Monday => Self::Mon,
            Day::Tuesday => Self::Tue,
            Day::Wednesday => Self::Wed,
            Day::Thursday => Self::Thu,
            Day::Friday => Self::Fri,
            Day::Saturday => Self::Sat,
            Day::Sunday => Self::Sun,
        }
    }

    /// The number of days from the weekday `first` to this weekday (0 to 6).
    pub fn days_after(self, first: Self) -> i64 {
        (self as i64 - first as i64).rem_euclid(7)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_within_its_limit_even_for_a_request_that_began_shortly_before_and_not_after_a_clock_went_back() {
        let (minute, at) = (SignedDuration::from_secs(60), Timestamp::UNIX_EPOCH);
        for (seconds, expected) in
            [(-3_600, false), (-31, false), (-30, true), (-1, true), (0, true), (59, true), (60, false)]
        {
            assert_eq!(is_within(minute, at, at + SignedDuration::from_secs(seconds)), expected, "{seconds}");
        }
    }
}
