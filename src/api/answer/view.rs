//! Defines how todos and the present moment look in answers.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    moment::{Weekday, to_the_second},
    repeat::{CountedFrom, Repeat, Unit, month_day::MonthDay},
    settings::Settings,
    steps::Step,
    todo::{Priority, Status, Todo},
};

/// A todo. An answer about one todo has all fields. An answer about several todos leaves out the fields that most todos
/// have in common: the status `open`, the priority `normal`, the version, and the times of creation and last update.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = Todo)]
pub struct TodoView {
    pub id: String,
    pub title: String,
    /// open when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub list: Option<String>,
    /// normal when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub priority: Option<Priority>,
    /// On the person's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub due: Option<String>,
    /// Of due.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub weekday: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Repeat, required = false)]
    pub repeat: Option<RepeatView>,
    /// Its date in the series, if due was moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub series_due: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub notes: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Step>, required = false)]
    pub steps: Vec<StepView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, required = false)]
    pub version: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = "date-time", required = false)]
    pub created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = "date-time", required = false)]
    pub updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = "date-time", required = false)]
    pub completed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = "date-time", required = false)]
    pub deleted_at: Option<String>,
    /// Left out of a long answer; getTodo has them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>, required = false)]
    pub omitted: Vec<&'static str>,
}

/// A repetition. The short form leaves out `every` if it is 1, and `from` if it is `due`.
#[derive(Debug, Clone, Serialize)]
pub struct RepeatView {
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<u16>,
    unit: Unit,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    weekdays: Vec<Weekday>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<MonthDay>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<CountedFrom>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u16>,
}

/// A step. The short form leaves out `done` if it is false.
#[derive(Debug, Clone, Serialize)]
pub struct StepView {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<bool>,
}

/// The present moment in the person's time zone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Now {
    #[schema(format = "date")]
    pub date: String,
    pub time: String,
    pub weekday: String,
    pub time_zone: String,
    // The difference from UTC, such as `+01:00`.
    pub utc_offset: String,
    /// It is a default.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub time_zone_not_set: bool,
}

impl TodoView {
    /// The todo with all its fields. `zone` is the person's time zone.
    pub fn whole(todo: &Todo, zone: &TimeZone) -> Self {
        Self {
            status: Some(todo.status),
            priority: Some(todo.priority),
            version: Some(todo.version),
            created_at: Some(with_offset(todo.created_at, zone)),
            updated_at: Some(with_offset(todo.updated_at, zone)),
            repeat: todo.repeat.as_ref().map(RepeatView::whole),
            steps: todo.steps.iter().map(StepView::whole).collect(),
            ..Self::short(todo, zone)
        }
    }

    /// The todo in the short form: without the fields that most todos have in common.
    pub fn short(todo: &Todo, zone: &TimeZone) -> Self {
        Self {
            id: todo.id.as_str().to_owned(),
            title: todo.title.as_str().to_owned(),
            status: Some(todo.status).filter(|status| *status != Status::Open),
            list: Some(todo.list.as_str().to_owned()),
            priority: Some(todo.priority).filter(|priority| *priority != Priority::default()),
            due: todo.due.map(|due| due.to_string()),
            weekday: todo.due.map(|due| due.weekday()),
            repeat: todo.repeat.as_ref().map(RepeatView::short),
            series_due: todo.series_due.map(|due| due.to_string()),
            notes: todo.notes.as_ref().map(|notes| notes.as_str().to_owned()),
            tags: todo.tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
            steps: todo.steps.iter().map(StepView::short).collect(),
            version: None,
            created_at: None,
            updated_at: None,
            completed_at: todo.completed_at.map(|at| with_offset(at, zone)),
            deleted_at: todo.deleted_at.map(|at| with_offset(at, zone)),
            omitted: Vec::new(),
        }
    }

    /// The todo for the answer to a conflict: the short form with the version. Times are in UTC.
    pub fn current(todo: &Todo) -> Self {
        Self { version: Some(todo.version), ..Self::short(todo, &TimeZone::UTC) }
    }

    /// The todo for the overview: without repetition, notes and steps.
    pub fn in_overview(todo: &Todo, zone: &TimeZone) -> Self {
        Self { repeat: None, series_due: None, notes: None, steps: Vec::new(), ..Self::short(todo, zone) }
    }
}

impl RepeatView {
    fn whole(repeat: &Repeat) -> Self {
        Self { every: Some(repeat.every), from: Some(repeat.from), ..Self::short(repeat) }
    }

    fn short(repeat: &Repeat) -> Self {
        let Repeat { every, unit, weekdays, on, from, until, count } = repeat.clone();
        Self {
            every: Some(every).filter(|every| *every != 1),
            from: Some(from).filter(|from| *from != CountedFrom::Due),
            unit,
            weekdays,
            on,
            until,
            count,
        }
    }
}

impl StepView {
    fn whole(step: &Step) -> Self {
        Self { title: step.title.as_str().to_owned(), done: Some(step.done) }
    }

    fn short(step: &Step) -> Self {
        Self { done: Some(true).filter(|_| step.done), ..Self::whole(step) }
    }
}

impl Now {
    /// The moment `now` in the time zone of the person with these settings. If the person has not set a time zone, this
    /// function uses the time zone `default`, and the answer says that the time zone is not set.
    pub fn of(settings: &Settings, now: Timestamp, default: &TimeZone) -> Self {
        let now = now.to_zoned(settings.zone(default));
        Self {
            date: now.date().to_string(),
            time: now.strftime("%H:%M").to_string(),
            weekday: now.strftime("%A").to_string().to_lowercase(),
            time_zone: now.time_zone().iana_name().unwrap_or("UTC").to_owned(),
            utc_offset: now.strftime("%:z").to_string(),
            time_zone_not_set: settings.time_zone.is_none(),
        }
    }
}

/// The time with the UTC offset that the person's clock has at this time (RFC 3339), such as
/// `2026-11-27T10:00:00+01:00`.
pub fn with_offset(at: Timestamp, zone: &TimeZone) -> String {
    to_the_second(at).to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
