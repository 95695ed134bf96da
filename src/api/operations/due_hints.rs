//! What an answer says about due dates that a caller has sent: an instant was converted, a due date is in the past, or
//! the time zone of the person is unknown.

use crate::{
    api::access::caller::Caller,
    app::App,
    domain::{
        change::Image,
        due::Due,
        due_input::DueInput,
        todo::{Status, Todo},
        values::cut,
    },
    store::WriteResult,
};

/// The hints of a write. `inputs` are the due dates as the caller sent them: one for each todo of the request, in the
/// same order as in the request. Empty if the result is that of an earlier request.
pub fn hints<'a>(
    app: &App,
    caller: &Caller,
    inputs: impl Iterator<Item = Option<&'a DueInput>>,
    result: &WriteResult,
) -> Vec<String> {
    let sent = inputs.zip(&result.images).filter_map(|(input, image)| Some((input?, image)));
    let set: Vec<_> = sent.filter_map(|(input, image)| Some((input, &image.after, image.after.due?, image))).collect();
    if result.replayed || set.is_empty() {
        return Vec::new();
    }
    let settings = caller.store.last_settings();
    let moment = settings.moment(app.clock.now(), &app.config.time_zone);
    let zone = moment.zone.iana_name().unwrap_or("UTC");
    let about = |todos: &[&Todo]| {
        let title = format!("\"{}\"", todos.first().map(|todo| cut(todo.title.as_str())).unwrap_or_default());
        if todos.len() > 1 { format!("{title} and {} more are", todos.len() - 1) } else { format!("{title} is") }
    };
    let mut hints = Vec::new();
    if let Some((input, _, due, _)) = set.iter().find(|(input, ..)| input.is_instant()) {
        let (text, due) = (cut(input.text()), due.with_weekday());
        hints.push(format!(
            "{text} is {due} on the clock of {zone}. To set a time on the person's clock, send it without offset or Z."
        ));
    }
    let is_past = |(_, todo, due, image): &&(_, &Todo, Due, &Image)| {
        let is_moved = image.before.as_ref().is_none_or(|before| before.due != todo.due);
        is_moved && todo.status == Status::Open && due.is_overdue(&moment)
    };
    let past: Vec<_> = set.iter().filter(is_past).map(|(_, todo, ..)| *todo).collect();
    if let Some(todo) = past.first() {
        let due = todo.due.map(Due::with_weekday).unwrap_or_default();
        hints.push(format!("{} overdue, because the due date {due} is in the past.", about(&past)));
    }
    let depends_on_zone =
        |(input, _, due, _): &(&DueInput, _, Due, _)| matches!(due, Due::At(_)) || input.is_relative();
    if settings.time_zone.is_none() && set.iter().any(depends_on_zone) {
        hints.push(format!(
            "The person's time zone is not set, so {zone} was used. Ask for it, and set it with updateSettings."
        ));
    }
    hints
}
