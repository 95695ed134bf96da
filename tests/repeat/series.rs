//! Tests of random series: todos that somebody moves, skips, completes and reopens.

use jiff::{Span, civil::date, tz::TimeZone};
use proptest::{
    prelude::{Strategy, any, prop},
    prop_assert, prop_assert_eq, proptest,
};
use serde_json::{Value, json};
use todo_action::domain::{
    due::Due,
    edit::TodoEdit,
    id::TodoId,
    list_ref::ListRef,
    moment::{Moment, Weekday},
    repeat::CountedFrom,
    todo::{NewTodo, Status, Todo},
};

use super::dates::ZONES;
use super::rules::rule;

fn read<T: deserr::Deserr<deserr::errors::JsonError>>(value: Value) -> T {
    deserr::deserialize(value).unwrap()
}

/// A moment some hours after the beginning of 2026.
fn moment(zone: &str, hours: i64) -> Moment {
    let zone = TimeZone::get(zone).unwrap();
    let local = date(2026, 1, 1).at(0, 0, 0, 0) + Span::new().hours(hours);
    Moment { now: zone.to_timestamp(local).unwrap(), zone, week_start: Weekday::Mon }
}

/// A repeating todo of the year 2026, and a moment of this year.
fn repeating() -> impl Strategy<Value = (Todo, Moment)> {
    let at = (prop::sample::select(&ZONES[..]), 0i64..8_000, -20i64..60, any::<bool>());
    (rule(), at).prop_map(|(mut rule, (zone, hours, days, timed))| {
        rule.as_object_mut().unwrap().remove("until");
        let moment = moment(zone, hours);
        let day = moment.today() + Span::new().days(days);
        let due = if timed { Due::At(day.at(17, 30, 0, 0)) } else { Due::On(day) };
        let new: NewTodo = read(json!({"title": "a", "due": due.to_string(), "repeat": rule}));
        (Todo::add(&new, TodoId::from_random([1; 16]), &ListRef::inbox(), &moment).unwrap(), moment)
    })
}

fn edited(todo: &Todo, edit: Value, moment: &Moment) -> Todo {
    read::<TodoEdit>(edit).apply(todo, moment).unwrap()
}

/// The next todo of the series, after somebody has completed this todo.
fn next(todo: &Todo, moment: &Moment) -> Option<Todo> {
    todo.with_status(Status::Completed, moment.now).hand_on(|| TodoId::from_random([2; 16]), moment)
}

proptest! {
    #[test]
    fn a_todo_that_is_moved_and_moved_back_is_as_before((todo, moment) in repeating(), days in prop::collection::vec(-40i64..200, 1..4)) {
        let due = todo.due.unwrap();
        let mut moved = todo.clone();
        for days in days {
            let other = due.on(due.date() + Span::new().days(days));
            moved = edited(&moved, json!({"due": other.to_string()}), &moment);
        }
        let back = edited(&moved, json!({"due": due.to_string()}), &moment);
        prop_assert!(back.same_content(&todo), "{:?}", back);
    }

    #[test]
    fn a_moved_todo_is_followed_by_a_date_of_its_own_series((todo, moment) in repeating(), days in -40i64..200) {
        let due = todo.due.unwrap();
        let other = due.date() + Span::new().days(days);
        let moved = edited(&todo, json!({"due": other.to_string()}), &moment);
        if moved.series_due.is_none() || todo.repeat.as_ref().unwrap().count.is_some() {
            return Ok(());
        }
        let mut unmoved = Some(todo);
        // Complete each todo of the unmoved series on time, until its next todo is later than the moved todo.
        let expected = loop {
            let Some(todo) = unmoved.and_then(|todo| next(&todo, &moment)) else { break None };
            if todo.due.unwrap().date() > other {
                break todo.due;
            }
            unmoved = Some(todo);
        };
        prop_assert_eq!(next(&moved, &moment).unwrap().due, expected);
    }

    #[test]
    fn a_skipped_todo_is_due_when_the_next_one_would_be_due((todo, moment) in repeating()) {
        let skipped = edited(&todo, json!({"status": "skipped"}), &moment);
        match (next(&todo, &moment), todo.repeat.as_ref().unwrap().from) {
            (Some(next), CountedFrom::Due) => {
                prop_assert_eq!((skipped.due, &skipped.repeat, skipped.anchor_day), (next.due, &next.repeat, next.anchor_day));
                prop_assert_eq!((skipped.status, &skipped.id), (Status::Open, &todo.id));
            }
            (Some(_), _) => prop_assert!(skipped.due.unwrap().date() > todo.due.unwrap().date()),
            (None, _) => prop_assert_eq!(skipped.status, Status::Deleted),
        }
    }

    #[test]
    fn a_reopened_todo_that_gets_its_repetition_back_is_as_before((todo, moment) in repeating(), days in 0i64..9) {
        let due = todo.due.unwrap().date() + Span::new().days(days);
        let todo = edited(&todo, json!({"due": due.to_string()}), &moment);
        let mut completed = todo.with_status(Status::Completed, moment.now);
        if completed.hand_on(|| TodoId::from_random([2; 16]), &moment).is_some() {
            prop_assert!(completed.repeat.is_none() && completed.series_due.is_none());
            let back = completed.with_repetition_back().with_status(Status::Open, moment.now);
            prop_assert!(back.same_content(&todo), "{:?}", back);
        }
    }

    #[test]
    fn the_later_dates_are_the_dates_of_todos_that_are_completed_on_time((todo, moment) in repeating(), begin in -30i64..400, days in 0i64..90) {
        let from = moment.today() + Span::new().days(begin);
        let to = from + Span::new().days(days);
        let shown = todo.upcoming((from, to), 1_000, &moment);
        if todo.repeat.as_ref().unwrap().from == CountedFrom::Completion {
            prop_assert!(shown.is_empty());
        } else {
            let later = std::iter::successors(next(&todo, &moment), |todo| next(todo, &moment)).map(|todo| todo.due.unwrap());
            let expected: Vec<Due> = later.take_while(|due| due.date() <= to).filter(|due| due.date() >= from).collect();
            prop_assert_eq!(shown, expected);
        }
    }
}
