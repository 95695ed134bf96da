//! Reads the repetitions that callers send.

use deserr::{DeserializeError, Deserr, ErrorKind, IntoValue, MergeWithError, Value, ValuePointerRef, take_cf_content};
use jiff::civil::Date;

use super::{list::WithoutEmpty, value};
use crate::domain::{
    due,
    invalid::Invalid,
    moment::Weekday,
    repeat::{CountedFrom, Repeat, Unit},
};

/// The fields of a repetition.
#[derive(Deserr)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: MergeWithError<Invalid>)]
struct Fields {
    #[deserr(default)]
    every: Every,
    #[deserr(default)]
    unit: Option<Unit>,
    #[deserr(default)]
    weekdays: Option<WithoutEmpty<Weekday>>,
    #[deserr(default)]
    from: Option<CountedFrom>,
    #[deserr(default)]
    until: Option<Until>,
}

struct Every(u16);

struct Until(Date);

impl Repeat {
    /// Checks the rules about combinations of fields. For example, weekdays are allowed only with the unit week.
    fn of(fields: Fields) -> Result<Self, Invalid> {
        let Fields { every: Every(every), unit, weekdays, from, until } = fields;
        let mut weekdays = weekdays.map_or_else(Vec::new, |WithoutEmpty(days)| days);
        weekdays.sort_by_key(|day| day.days_after(Weekday::Mon));
        weekdays.dedup();
        let unit = match (unit, weekdays.is_empty()) {
            (None, true) => {
                return Err(Invalid::new(
                    "needs a unit: day, week, month or year; for example {\"every\":1,\"unit\":\"week\"}",
                ));
            }
            // "Every day, on these weekdays" means the same as "every week, on these weekdays".
            (None | Some(Unit::Week), false) => Unit::Week,
            (Some(Unit::Day), false) if every == 1 => Unit::Week,
            (Some(_), false) => {
                return Err(Invalid::new("may have `weekdays` only if `unit` is week; leave `weekdays` out"));
            }
            (Some(unit), true) => unit,
        };
        let until = until.map(|Until(date)| date);
        Ok(Self { every, unit, weekdays, from: from.unwrap_or(CountedFrom::Due), until })
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

impl Default for Every {
    fn default() -> Self {
        Self(1)
    }
}

impl<E: DeserializeError> Deserr<E> for Every {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        let number = value::whole_number(&value).and_then(|number| u16::try_from(number).ok());
        number.filter(|number| (1..=Repeat::MAX_EVERY).contains(number)).map(Self).ok_or_else(|| {
            let msg = format!("must be a whole number from 1 to {}", Repeat::MAX_EVERY);
            take_cf_content(E::error::<V>(None, ErrorKind::Unexpected { msg }, location))
        })
    }
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for Until {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        value::text(value, location, |text| due::date(&text).map(Self))
    }
}
