//! The settings in answers.

use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{moment::Weekday, settings::Settings};

/// A person's settings, as answers show them.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Settings)]
pub struct SettingsView {
    pub time_zone: String,
    #[schema(value_type = Weekday, inline)]
    pub week_start: Weekday,
    pub default_list: String,
}

impl SettingsView {
    /// Makes the settings for an answer. If the person has not chosen a value for a setting, the answer shows the
    /// default value.
    pub fn of(settings: &Settings, default_zone: &TimeZone) -> Self {
        Self {
            time_zone: settings.zone(default_zone).iana_name().unwrap_or("UTC").to_owned(),
            week_start: settings.week_start(),
            default_list: settings.default_list().as_str().to_owned(),
        }
    }
}
