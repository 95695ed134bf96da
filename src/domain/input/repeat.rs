//! Reads the repetitions that callers send.

use deserr::{DeserializeError, Deserr, ErrorKind, IntoValue, MergeWithError, Value, ValuePointerRef, take_cf_content};
use jiff::civil::Date;

use super::{list::WithoutEmpty, value};
use crate::domain::{
    due_input::last_day,
    invalid::Invalid,
    moment::Weekday,
    repeat::{CountedFrom, Repeat, Unit, month_day::MonthDay},
};

/// The fields of a repetition.
#[derive(Deserr)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: MergeWithError<Invalid>)]
struct Fields {
    #[deserr(default)]
    every: Option<Number<{ Repeat::MAX_EVERY }>>,
    #[deserr(default)]
    unit: Option<SentUnit>,
    #[deserr(default)]
    weekdays: Option<WithoutEmpty<SentWeekday>>,
    #[deserr(default)]
    on: Option<MonthDay>,
    #[deserr(default)]
    from: Option<CountedFrom>,
    #[deserr(default)]
    until: Option<Until>,
    #[deserr(default)]
    count: Option<Number<{ Repeat::MAX_COUNT }>>,
}

/// A whole number from 1 to `MAX`.
struct Number<const MAX: u16>(u16);

struct Until(Date);

/// A unit. If the caller sends another rhythm, such as `workday` or `fortnight`, the error says how to send this
/// rhythm.
struct SentUnit(Unit);

/// A weekday. If the caller sends `weekdays` or `weekend`, the error lists the days.
struct SentWeekday(Weekday);

impl Repeat {
    /// Checks the rules about combinations of fields. For example, weekdays are allowed only with the unit week.
    fn of(fields: Fields) -> Result<Self, Invalid> {
        let Fields { every, unit, weekdays, on, from, until, count } = fields;
        let every = every.map_or(1, |Number(every)| every);
        let weekdays = weekdays.map_or_else(Vec::new, |WithoutEmpty(days)| days);
        let mut weekdays: Vec<Weekday> = weekdays.into_iter().map(|SentWeekday(day)| day).collect();
        weekdays.sort_by_key(|day| day.days_after(Weekday::Mon));
        weekdays.dedup();
        if until.is_some() && count.is_some() {
            return Err(Invalid::new("may have only one of `until` and `count`; leave one of them out"));
        }
        let unit = unit_of(unit.map(|SentUnit(unit)| unit), every, &weekdays, on)?;
        let (until, count) = (until.map(|Until(date)| date), count.map(|Number(count)| count));
        Ok(Self { every, unit, weekdays, on, from: from.unwrap_or(CountedFrom::Due), until, count })
    }
}

/// The unit of a repetition. If the caller has not sent a unit, the days decide. Returns an error if the days do not
/// belong to the unit that the caller has sent.
fn unit_of(unit: Option<Unit>, every: u16, weekdays: &[Weekday], on: Option<MonthDay>) -> Result<Unit, Invalid> {
    let refused = |message: &str| Err(Invalid::new(message));
    match (unit, weekdays.is_empty(), on) {
        (None, true, None) => {
            refused("needs a unit: day, week, month or year; for example {\"every\":1,\"unit\":\"week\"}")
        }
        (_, false, Some(_)) => refused(
            "may have only one of `weekdays` and `on`; send `weekdays` with unit week, or `on` (such as \"first mon\") with unit month or year",
        ),
        // "Every day, on these weekdays" means the same as "every week, on these weekdays".
        (None | Some(Unit::Week), false, None) => Ok(Unit::Week),
        (Some(Unit::Day), false, None) if every == 1 => Ok(Unit::Week),
        (Some(Unit::Day), false, None) => {
            refused("may have `weekdays` only if `unit` is week; leave `weekdays` out, or send unit week")
        }
        (Some(Unit::Month | Unit::Year), false, None) => refused(
            "may have `weekdays` only if `unit` is week; with unit month or year, send `on` instead, such as \"first mon\" or \"last fri\"",
        ),
        (None, true, Some(_)) => Ok(Unit::Month),
        (Some(Unit::Day | Unit::Week), true, Some(_)) => refused(
            "may have `on` only if `unit` is month or year; for days of the week, send unit week with `weekdays`, such as [\"mon\"]",
        ),
        (Some(unit), true, _) => Ok(unit),
    }
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for Repeat {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        let refused = |invalid| take_cf_content(E::merge(None, invalid, location));
        if !matches!(value, Value::Map(_)) {
            return Err(refused(Invalid::new(
                "must be an object such as {\"every\":1,\"unit\":\"week\",\"weekdays\":[\"mon\"]}, with unit day, week, month or year",
            )));
        }
        Self::of(Fields::deserialize_from_value(value, location)?).map_err(refused)
    }
}

impl<E: DeserializeError, const MAX: u16> Deserr<E> for Number<MAX> {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        let number = value::whole_number(&value).and_then(|number| u16::try_from(number).ok());
        number.filter(|number| (1..=MAX).contains(number)).map(Self).ok_or_else(|| {
            let msg = format!("must be a whole number from 1 to {MAX}");
            take_cf_content(E::error::<V>(None, ErrorKind::Unexpected { msg }, location))
        })
    }
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for Until {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        value::text(value, location, |text| last_day(&text).map(Self))
    }
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for SentUnit {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        value::text(value, location, |text| {
            Unit::parse(text.clone()).map(Self).map_err(|error| and(error, rhythm(&text)))
        })
    }
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for SentWeekday {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        value::text(value, location, |text| {
            let days = days(&text).map(|days| format!("send \"weekdays\":[{days}]"));
            Weekday::parse(text).map(Self).map_err(|error| and(error, days))
        })
    }
}

/// Adds to the error what the caller can send instead.
fn and(error: Invalid, advice: Option<String>) -> Invalid {
    let Invalid { message, allowed } = error;
    Invalid { message: advice.map_or(message.clone(), |advice| format!("{message}; {advice}")), allowed }
}

/// How to send a rhythm that has no unit of its own.
fn rhythm(text: &str) -> Option<String> {
    let every = |every: u16, unit: &str| Some(format!("send \"every\":{every} with unit {unit}"));
    match text.trim().to_ascii_lowercase().as_str() {
        "fortnight" | "fortnights" | "fortnightly" | "biweekly" => every(2, "week"),
        "quarter" | "quarters" | "quarterly" => every(3, "month"),
        text => days(text).map(|days| format!("send unit week with \"weekdays\":[{days}]")),
    }
}

/// The weekdays that a word such as `workdays`, `weekend` or `monday` means, as JSON.
fn days(word: &str) -> Option<String> {
    let word = word.trim().to_ascii_lowercase().replace(['-', '_'], " ");
    match word.trim_end_matches('s') {
        "weekday" | "workday" | "working day" | "business day" | "work day" => {
            Some("\"mon\",\"tue\",\"wed\",\"thu\",\"fri\"".to_owned())
        }
        "weekend" => Some("\"sat\",\"sun\"".to_owned()),
        day => Weekday::parse(day.to_owned()).ok().map(|day| format!("\"{}\"", day.word())),
    }
}
