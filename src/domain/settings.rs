//! A person's settings, which apply to all todos of this person.

use deserr::{DeserializeError, Deserr, IntoValue, MergeWithError, Value, ValuePointerRef};
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{
    input::value,
    invalid::{Invalid, Violation},
    list_ref::ListRef,
    moment::{Moment, Weekday},
    text::ListName,
    words::words,
};

/// A person's settings, as the table stores them. If the person has not chosen a value for a setting, this setting is
/// absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<ZoneName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub week_start: Option<Weekday>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_list: Option<ListRef>,
    /// Before the first change of the settings, the version is 0. Each change increases the version by 1.
    pub version: u64,
}

/// The IANA name of a time zone, such as `Europe/Berlin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ZoneName(String);

/// The settings before and after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsImage {
    pub before: Settings,
    pub after: Settings,
}

/// Changes to settings. If a request leaves out a field, this field does not change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SettingsEdit {
    pub time_zone: Option<ZoneName>,
    pub week_start: Option<Weekday>,
    pub default_list: Option<ListName>,
    pub clear: Vec<Setting>,
}

words! {
    /// A setting that a caller can reset to its default.
    Setting { TimeZone = "time_zone", WeekStart = "week_start", DefaultList = "default_list" }
}

impl Settings {
    /// The person's time zone. The result is `default` if the person has not set a time zone.
    pub fn zone(&self, default: &TimeZone) -> TimeZone {
        let own = self.time_zone.as_ref().and_then(|name| TimeZone::get(&name.0).ok());
        own.unwrap_or_else(|| default.clone())
    }

    /// The first day of the person's week. The result is Monday (ISO 8601) if the person has not set a day.
    pub fn week_start(&self) -> Weekday {
        self.week_start.unwrap_or(Weekday::Mon)
    }

    /// The list for new todos without a list name. The result is `Inbox` if the person has not set a default list.
    pub fn default_list(&self) -> ListRef {
        self.default_list.clone().unwrap_or_else(ListRef::inbox)
    }

    /// Combines the time `now` with this person's time zone and this person's first day of the week.
    pub fn moment(&self, now: Timestamp, default: &TimeZone) -> Moment {
        Moment { now, zone: self.zone(default), week_start: self.week_start() }
    }

    /// Whether the settings in `other` have the same content as these settings. The versions may differ.
    pub fn same_content(&self, other: &Self) -> bool {
        *self == Self { version: self.version, ..other.clone() }
    }

    /// Computes the change that turns these settings into the settings in `wanted`. Returns the settings before and
    /// after this change. The change increases the version of the settings by 1. Returns `None` if these settings
    /// already have the same content as `wanted`.
    pub fn changed_to(&self, wanted: &Self) -> Option<SettingsImage> {
        let after = Self { version: self.version + 1, ..wanted.clone() };
        (!self.same_content(&after)).then(|| SettingsImage { before: self.clone(), after })
    }
}

impl SettingsImage {
    /// The names of the changed settings.
    pub fn fields(&self) -> Vec<&'static str> {
        let Self { before, after } = self;
        let pairs = [
            (Setting::TimeZone, before.time_zone != after.time_zone),
            (Setting::WeekStart, before.week_start != after.week_start),
            (Setting::DefaultList, before.default_list != after.default_list),
        ];
        pairs.iter().filter(|(_, differs)| *differs).map(|(setting, _)| setting.word()).collect()
    }

    /// The settings without this change: the changed settings get their values from before the change, and all other
    /// settings keep their values. If a changed setting no longer has the value that the change gave it, the error
    /// contains the name of this setting.
    pub fn undo(&self, now: &Settings) -> Result<Settings, Vec<&'static str>> {
        let changed = self.fields();
        let differs = Self { before: self.after.clone(), after: now.clone() }.fields();
        let since: Vec<_> = changed.iter().copied().filter(|field| differs.contains(field)).collect();
        if !since.is_empty() {
            return Err(since);
        }
        let choose = |setting: Setting| if changed.contains(&setting.word()) { &self.before } else { now };
        Ok(Settings {
            time_zone: choose(Setting::TimeZone).time_zone.clone(),
            week_start: choose(Setting::WeekStart).week_start,
            default_list: choose(Setting::DefaultList).default_list.clone(),
            version: now.version,
        })
    }
}

impl SettingsEdit {
    /// An error for each setting that the edit both sets and clears.
    pub fn contradictions(&self) -> Vec<Violation> {
        let is_set = |setting: &&Setting| match setting {
            Setting::TimeZone => self.time_zone.is_some(),
            Setting::WeekStart => self.week_start.is_some(),
            Setting::DefaultList => self.default_list.is_some(),
        };
        let message = "cannot be set and cleared in the same call; either send a value or clear the field";
        self.clear.iter().filter(is_set).map(|setting| Violation::new(setting.word(), Invalid::new(message))).collect()
    }

    /// The settings after this edit. This function does not change the version of the settings.
    pub fn apply(&self, settings: &Settings) -> Settings {
        let mut after = settings.clone();
        for setting in &self.clear {
            match setting {
                Setting::TimeZone => after.time_zone = None,
                Setting::WeekStart => after.week_start = None,
                Setting::DefaultList => after.default_list = None,
            }
        }
        after.time_zone = self.time_zone.clone().or(after.time_zone);
        after.week_start = self.week_start.or(after.week_start);
        after.default_list = match &self.default_list {
            Some(name) if after.default_list.as_ref().is_none_or(|list| list.name().folded() != name.folded()) => {
                Some(ListRef::asked(name.clone()))
            }
            _ => after.default_list,
        };
        after
    }
}

impl ZoneName {
    /// Reads the name of a time zone in upper or lower case.
    pub fn parse(text: String) -> Result<Self, Invalid> {
        let zone = TimeZone::get(text.trim()).ok().filter(|zone| !zone.is_unknown());
        let name = zone.as_ref().and_then(TimeZone::iana_name).map(|name| Self(name.to_owned()));
        name.ok_or_else(|| {
            let shown: String = text.trim().chars().take(40).collect();
            let near = nearest_zone(&text).unwrap_or_else(|| "Europe/Berlin or America/New_York".to_owned());
            Invalid::new(format!("must be the IANA name of a time zone, not \"{shown}\"; send for example {near}"))
        })
    }

    /// The name, spelled as in the time zone database.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Short names of time zones that are no IANA names, and for each of them a zone with this time.
const SHORT: [(&str, &str); 14] = [
    ("pst", "America/Los_Angeles"),
    ("pdt", "America/Los_Angeles"),
    ("pt", "America/Los_Angeles"),
    ("mdt", "America/Denver"),
    ("cst", "America/Chicago"),
    ("cdt", "America/Chicago"),
    ("edt", "America/New_York"),
    ("et", "America/New_York"),
    ("bst", "Europe/London"),
    ("cest", "Europe/Berlin"),
    ("ist", "Asia/Kolkata"),
    ("jst", "Asia/Tokyo"),
    ("kst", "Asia/Seoul"),
    ("aest", "Australia/Sydney"),
];

/// The name of the zone that the caller probably meant: a zone of this city, a zone with this short name, or a zone
/// with a similar name. `None` if no name is near.
fn nearest_zone(text: &str) -> Option<String> {
    let sent = text.split(',').next()?.trim().to_lowercase().replace(' ', "_");
    // No name of a zone is so long.
    if sent.len() > 40 {
        return None;
    }
    if let Some((_, zone)) = SHORT.iter().find(|(short, _)| *short == sent) {
        return Some((*zone).to_owned());
    }
    // The zone `Etc/GMT+2` is two hours behind UTC, so it is not near `GMT+2`.
    let names = jiff::tz::db().available().map(|name| name.as_str().to_owned());
    let names: Vec<String> = names.filter(|name| !name.starts_with("Etc/")).collect();
    let city = |name: &str| name.rsplit('/').next().unwrap_or_default().to_lowercase();
    let of_city = names.iter().find(|name| name.contains('/') && city(name) == sent || name.to_lowercase() == sent);
    if let Some(name) = of_city {
        return Some(name.clone());
    }
    let distance = |name: &String| {
        let name = if sent.contains('/') { name.to_lowercase() } else { city(name) };
        strsim::damerau_levenshtein(&sent, &name)
    };
    let most = if sent.len() >= 14 { 2 } else { 1 };
    let near = names.iter().filter(|name| name.contains('/') && sent.len() > 4).min_by_key(|name| distance(name))?;
    (distance(near) <= most).then(|| near.clone())
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for ZoneName {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        value::text(value, location, Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_named_as_the_database_spells_it() {
        assert_eq!(ZoneName::parse(" europe/berlin ".into()).unwrap().as_str(), "Europe/Berlin");
        for unknown in ["", "Berlin", "GMT+2", "UTC+01:00", "Mars/Olympus", "+02:00"] {
            assert!(ZoneName::parse(unknown.into()).unwrap_err().message.contains("Europe/Berlin"), "{unknown}");
        }
    }

    #[test]
    fn the_error_for_a_zone_names_the_value_and_the_zone_that_is_near() {
        for (sent, near) in [
            ("Berlin", "Europe/Berlin"),
            ("tokyo", "Asia/Tokyo"),
            ("New York", "America/New_York"),
            ("America/New York", "America/New_York"),
            ("Berlin, Germany", "Europe/Berlin"),
            ("Europe/Berln", "Europe/Berlin"),
            ("Lodnon", "Europe/London"),
            ("PST", "America/Los_Angeles"),
            ("UTC+1", "Europe/Berlin or America/New_York"),
            ("Europe/Munich", "Europe/Berlin or America/New_York"),
        ] {
            let message = ZoneName::parse(sent.into()).unwrap_err().message;
            let expected = format!("not \"{sent}\"; send for example {near}");
            assert!(message.ends_with(&expected), "{message}");
        }
    }

    #[test]
    fn setting_the_same_value_makes_no_change() {
        let edit = SettingsEdit { week_start: Some(Weekday::Sun), ..SettingsEdit::default() };
        let before = Settings::default();
        let image = before.changed_to(&edit.apply(&before)).unwrap();
        assert_eq!((image.fields(), image.after.version), (vec!["week_start"], 1));
        assert_eq!(image.after.changed_to(&edit.apply(&image.after)), None);
    }
}
