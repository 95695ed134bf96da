//! A calendar feed (RFC 5545): the open todos with a due date, as VEVENTs, or as VTODOs for programs with todos.
//!
//! * A due day is a whole day. A due time is an event of 30 minutes, with a VTIMEZONE. An event does not make the
//!   person busy.
//! * A repetition is an RRULE if every calendar program finds the same dates for this RRULE. Otherwise each later date
//!   is a separate event without notes and steps, up to the end of the same month in the next year. If the later dates
//!   depend on the days of completion, the file does not contain them.
//! * The file depends on the todos, on the time zone, on the first day of the week, and on the month. With a repetition
//!   that has a number of dates (`count`), the file also depends on the day: if the todo is overdue, the dates that
//!   have passed do not count. If such an overdue todo has a time, the file depends on the minute.
//! * There is an alarm at the due time, or at 09:00 on the due day.

use std::collections::BTreeSet;

use jiff::{Span, Timestamp, civil::Date};

use super::{component, content_line::Lines, page::size_in_lambda, rrule, time_zone};
use crate::domain::{
    due::Due,
    feed::{FeedForm, Lasts},
    moment::Moment,
    steps::Steps,
    todo::{Status, Todo},
};

/// The maximum size of the components, as [`size_in_lambda`] counts it. Lambda allows 6 MB for an answer. The time zone
/// and the headers need the rest.
const MOST_BYTES: usize = 5_000_000;
/// A todo has at most this number of later dates. The file shows the later dates of 13 months, which have fewer days.
const MOST_DATES: usize = 400;
/// How often a calendar should read the feed again (RFC 7986, section 5.7).
const REFRESH: &str = "PT1H";
/// The title of the last component if some todos do not fit.
const MORE: &str = "More todos are due from here on, but they do not fit into this calendar";

/// Writes the file of a feed. The todos must come in the order of their due dates.
#[derive(Debug)]
pub struct FeedCalendar {
    form: FeedForm,
    /// The beginning of the present minute.
    minute: Moment,
    /// The beginning of the present month.
    month: Moment,
    components: String,
    size: usize,
    /// The years of the local times. The VTIMEZONE must be right in these years.
    years: BTreeSet<i16>,
    /// The due date and the time of the last change of the last todo for which the caller called `add`. This todo may
    /// be the first one that does not fit.
    last: Option<(Due, Timestamp)>,
    lasts: Lasts,
}

impl FeedCalendar {
    /// An empty calendar at this moment.
    pub fn new(form: FeedForm, moment: &Moment) -> Self {
        let second = moment.now.as_second();
        let minute = Timestamp::from_second(second - second.rem_euclid(60)).unwrap_or(moment.now);
        let month = moment.zone.to_timestamp(moment.today().first_of_month().at(0, 0, 0, 0)).unwrap_or(moment.now);
        Self {
            form,
            minute: Moment { now: minute, ..moment.clone() },
            month: Moment { now: month, ..moment.clone() },
            components: String::new(),
            size: 0,
            years: BTreeSet::new(),
            last: None,
            lasts: Lasts::Month,
        }
    }

    /// Adds a todo, unless it is done or has no due date. Returns `false` if the calendar has no room for the todo. In
    /// this case, the caller must add no other todo.
    pub fn add(&mut self, todo: &Todo) -> bool {
        let Some(due) = todo.due.filter(|_| todo.status == Status::Open) else { return true };
        let zone = self.month.zone.clone();
        let mut lines = Lines::default();
        let rule = rrule::rrule(todo, &zone).filter(|rule| rrule::is_common(rule) && !self.has_lost_dates(todo));
        let mut years = component::years(todo, &zone);
        self.add_component(&mut lines, todo, &component::uid(todo), rule.as_deref());
        if rule.is_none() && todo.repeat.is_some() {
            let mut later = Todo { notes: None, steps: Steps::default(), repeat: None, ..todo.clone() };
            for date in self.later_dates(todo) {
                later.due = Some(date);
                years.extend(component::years(&later, &zone));
                let uid = format!("{}-{}@todo-action", todo.id.as_str(), date.date().strftime("%Y%m%d"));
                self.add_component(&mut lines, &later, &uid, None);
            }
        }
        let text = lines.into_text();
        self.size += size_in_lambda(&text);
        self.last = Some((due, todo.updated_at));
        let fits = self.size <= MOST_BYTES;
        if fits {
            self.components += &text;
            self.years.extend(years);
            self.lasts = self.lasts.min(self.lasts_with(todo));
        }
        fits
    }

    /// How long the file stays the same if the todos do not change.
    pub fn lasts(&self) -> Lasts {
        self.lasts
    }

    /// The whole file. If todos were left out, a component on the due date of the last todo says so. The last todo is
    /// the one that did not fit, or the last one that the caller has read.
    pub fn finish(mut self, name: &str, left_out: bool) -> String {
        if let Some((due, at)) = self.last.filter(|_| left_out) {
            let mut lines = Lines::default();
            self.add_mark(&mut lines, due.date(), at);
            self.components += &lines.into_text();
        }
        let mut lines = Lines::default();
        component::begin(&mut lines);
        lines.add_text("NAME", name);
        lines.add_text("X-WR-CALNAME", name);
        lines.add(&format!("REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"));
        lines.add(&format!("X-PUBLISHED-TTL:{REFRESH}"));
        if !self.years.is_empty() {
            time_zone::add(&mut lines, &self.month.zone, &self.years);
        }
        lines.into_text() + &self.components + "END:VCALENDAR\r\n"
    }

    /// Whether the todo is overdue and has a number of dates. The program does not count the dates that have passed
    /// since the due date, but an RRULE would count them.
    fn has_lost_dates(&self, todo: &Todo) -> bool {
        let is_overdue = todo.due.is_some_and(|due| due.date() < self.minute.today());
        is_overdue && todo.repeat.as_ref().is_some_and(|repeat| repeat.count.is_some())
    }

    fn lasts_with(&self, todo: &Todo) -> Lasts {
        match (todo.repeat.as_ref().and_then(|repeat| repeat.count), todo.due) {
            (None, _) => Lasts::Month,
            (Some(_), Some(Due::At(_))) if self.has_lost_dates(todo) => Lasts::Minute,
            (Some(_), _) => Lasts::Day,
        }
    }

    /// The later dates of the todo, from the beginning of the present month on. So the dates stay the same during a
    /// month. If the todo is overdue and has a number of dates, this function returns the dates from today on.
    fn later_dates(&self, todo: &Todo) -> Vec<Due> {
        let first = self.month.today();
        let end = first.checked_add(Span::new().months(13)).and_then(Date::yesterday).unwrap_or(Date::MAX);
        let from = if self.has_lost_dates(todo) { &self.minute } else { &self.month };
        todo.upcoming((from.today(), end), MOST_DATES, from)
    }

    fn add_component(&self, lines: &mut Lines, todo: &Todo, uid: &str, rule: Option<&str>) {
        let Some(due) = todo.due else { return };
        let kind = self.kind();
        lines.add(&format!("BEGIN:{kind}"));
        lines.add(&format!("UID:{uid}"));
        component::add_times(lines, todo);
        lines.add_text("SUMMARY", todo.title.as_str());
        let description = description(todo);
        if !description.is_empty() {
            lines.add_text("DESCRIPTION", &description);
        }
        self.add_due(lines, due, rule.is_some());
        if let Some(rule) = rule {
            let week = todo.repeat.as_ref().map(|repeat| rrule::week_start(repeat, self.month.week_start));
            lines.add(&format!("RRULE:{rule}{}", week.unwrap_or_default()));
        }
        component::add_priority_and_tags(lines, todo);
        let trigger = match (self.form, due) {
            (FeedForm::Event, Due::At(_)) => "TRIGGER:PT0S",
            (FeedForm::Event, Due::On(_)) => "TRIGGER:PT9H",
            (FeedForm::Todo, Due::At(_)) => "TRIGGER;RELATED=END:PT0S",
            (FeedForm::Todo, Due::On(_)) => "TRIGGER;RELATED=END:PT9H",
        };
        lines.add("BEGIN:VALARM");
        lines.add("ACTION:DISPLAY");
        lines.add_text("DESCRIPTION", todo.title.as_str());
        lines.add(trigger);
        lines.add("END:VALARM");
        lines.add(&format!("END:{kind}"));
    }

    fn kind(&self) -> &'static str {
        match self.form {
            FeedForm::Event => "VEVENT",
            FeedForm::Todo => "VTODO",
        }
    }

    /// Adds the lines that say when the todo is due. An RRULE counts from DTSTART.
    fn add_due(&self, lines: &mut Lines, due: Due, has_rule: bool) {
        let zone = &self.month.zone;
        if self.form == FeedForm::Todo {
            if has_rule {
                lines.add(&component::day_or_time("DTSTART", due, zone));
            }
            lines.add(&component::day_or_time("DUE", due, zone));
            lines.add("STATUS:NEEDS-ACTION");
            return;
        }
        lines.add(&component::day_or_time("DTSTART", due, zone));
        match due {
            // The end is the next date, and not a time 24 hours later, because some days do not have 24 hours.
            Due::On(day) => {
                let end = day.tomorrow().unwrap_or(day);
                lines.add(&component::day_or_time("DTEND", Due::On(end), zone));
            }
            // A local end time would be wrong if the clocks change in these 30 minutes.
            Due::At(_) => lines.add("DURATION:PT30M"),
        }
        lines.add("TRANSP:TRANSPARENT");
    }

    /// Adds a component that says that todos were left out.
    fn add_mark(&self, lines: &mut Lines, day: Date, at: Timestamp) {
        let kind = self.kind();
        lines.add(&format!("BEGIN:{kind}"));
        lines.add("UID:more@todo-action");
        lines.add(&format!("DTSTAMP:{}", component::utc(at)));
        lines.add_text("SUMMARY", MORE);
        self.add_due(lines, Due::On(day), false);
        lines.add(&format!("END:{kind}"));
    }
}

/// The notes and the steps. Each step has a check box, such as `[x]`.
fn description(todo: &Todo) -> String {
    let notes = todo.notes.iter().map(|notes| notes.as_str().to_owned());
    let step = |done: bool, title: &str| format!("[{}] {title}", if done { 'x' } else { ' ' });
    let steps: Vec<_> = todo.steps.iter().map(|each| step(each.done, each.title.as_str())).collect();
    let steps = Some(steps.join("\n")).filter(|steps| !steps.is_empty());
    notes.chain(steps).collect::<Vec<_>>().join("\n\n")
}
