//! Dates, times and time zones of iCalendar (RFC 5545, sections 3.3.4, 3.3.5 and 3.6.5).

use std::collections::HashMap;

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::{Offset, TimeZone},
};

use super::property::{Property, properties};
use crate::{
    api::import::{formats::times, source::Context},
    domain::due::Due,
};

/// The time zones that the file defines. A VTIMEZONE can come after the VTODO that uses it, so the program reads all
/// time zones before the VTODOs.
#[derive(Debug, Default)]
pub struct Zones(HashMap<String, TimeZone>);

/// A VTIMEZONE that the program is reading.
#[derive(Default)]
struct Defined {
    id: Option<String>,
    location: Option<String>,
    /// The offsets from UTC of all its parts (STANDARD and DAYLIGHT).
    offsets: Vec<Offset>,
}

impl Zones {
    /// Reads all definitions. The program does not read the rules of a definition: its name or its location says the
    /// time zone. If the program knows neither of them, and the definition has only one offset, this offset is the time
    /// zone.
    pub fn read(text: &str) -> Self {
        let mut zones = HashMap::new();
        let mut open: Option<Defined> = None;
        for property in properties(text) {
            let is = |name: &str| property.value.trim().eq_ignore_ascii_case(name);
            match (property.name.as_str(), &mut open) {
                ("BEGIN", open) if is("VTIMEZONE") => *open = Some(Defined::default()),
                ("END", open) if is("VTIMEZONE") => zones.extend(open.take().and_then(Defined::zone)),
                ("TZID", Some(zone)) => zone.id = Some(property.text()),
                ("X-LIC-LOCATION", Some(zone)) => zone.location = Some(property.text()),
                ("TZOFFSETTO", Some(zone)) => zone.offsets.extend(offset(&property.value)),
                _ => {}
            }
        }
        Self(zones)
    }

    fn get(&self, id: &str) -> Option<TimeZone> {
        times::zone(id).or_else(|| self.0.get(id).cloned())
    }
}

impl Defined {
    fn zone(mut self) -> Option<(String, TimeZone)> {
        self.offsets.dedup();
        let only = || (self.offsets.len() == 1).then(|| self.offsets[0].to_time_zone());
        let zone = self.location.as_deref().and_then(times::zone).or_else(only);
        self.id.zip(zone)
    }
}

/// An offset such as `+0100`.
fn offset(text: &str) -> Option<Offset> {
    let text = text.trim();
    let (sign, digits) = (text.get(..1)?, text.get(1..5)?);
    let number = |part: &str| part.parse::<i32>().ok();
    let seconds = number(digits.get(..2)?)? * 3600 + number(digits.get(2..)?)? * 60;
    Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()
}

/// A date, a local time, or a moment in UTC.
enum Written {
    Day(Date),
    Local(DateTime),
    Utc(DateTime),
}

fn written(text: &str) -> Option<Written> {
    let text = text.trim();
    let number = |from: usize, to: usize| -> Option<i16> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    let two = |from: usize| number(from, from + 2).and_then(|number| i8::try_from(number).ok());
    let day = Date::new(number(0, 4)?, two(4)?, two(6)?).ok()?;
    if text.len() == 8 {
        return Some(Written::Day(day));
    }
    // A leap second counts as the second before it.
    let (hour, minute, second) = (two(9)?, two(11)?, two(13)?.min(59));
    let time = DateTime::new(day.year(), day.month(), day.day(), hour, minute, second, 0).ok()?;
    match (text.get(8..9), text.get(15..)) {
        (Some("T"), Some("")) => Some(Written::Local(time)),
        (Some("T"), Some("Z")) => Some(Written::Utc(time)),
        _ => None,
    }
}

/// The due date in a property such as DUE, on the person's clock. A local time stays as it is if its time zone is
/// unknown, or if it is the person's own time zone. A time in the person's own time zone stays even if the clock skips
/// it.
pub fn due(property: &Property<'_>, zones: &Zones, context: &Context) -> Option<Due> {
    match written(&property.value)? {
        Written::Day(day) => Some(Due::On(day)),
        Written::Utc(time) => Some(times::due_at(TimeZone::UTC.to_timestamp(time).ok()?, context)),
        Written::Local(time) => match property.parameter("TZID").and_then(|id| zones.get(id)) {
            Some(zone) if zone != context.zone => Some(times::due_at(zone.to_timestamp(time).ok()?, context)),
            _ => Some(Due::At(times::to_the_minute(time))),
        },
    }
}

/// The moment in a property such as COMPLETED. The standard requires UTC, but some programs write a local time or a
/// day.
pub fn moment(property: &Property<'_>, zones: &Zones, context: &Context) -> Option<Timestamp> {
    match written(&property.value)? {
        Written::Day(day) => times::some_time_on(day, context),
        Written::Utc(time) => TimeZone::UTC.to_timestamp(time).ok(),
        Written::Local(time) => {
            let zone = property.parameter("TZID").and_then(|id| zones.get(id));
            zone.unwrap_or_else(|| context.zone.clone()).to_timestamp(time).ok()
        }
    }
}

/// The due date: `start` plus a duration such as `PT1H30M` or `P1D`.
pub fn after(start: Due, duration: &str) -> Option<Due> {
    let span: jiff::Span = duration.trim().parse().ok()?;
    if span.is_negative() {
        return None;
    }
    match start {
        Due::On(day) => Some(Due::On(day.checked_add(span).ok()?)),
        Due::At(time) => Some(Due::At(times::to_the_minute(time.checked_add(span).ok()?))),
    }
}
