//! What an answer says about due dates that a caller has sent: an instant was converted, a due date is in the past, or
//! the time zone of the person is unknown.

use crate::{
    api::access::caller::Caller,
    app::App,
    domain::{change::Image, due::Due, due_input::DueInput, moment::Moment, todo::Status, values::cut},
    store::WriteResult,
};

/// A due date that the caller has sent, and the todo that has it now.
struct Sent<'a> {
    input: &'a DueInput,
    image: &'a Image,
    due: Due,
}

/// The hints of a write. `inputs` are the due dates as the caller sent them: one for each todo of the request, in the
/// same order as in the request. There are no hints if an earlier request has already made the write.
pub fn hints<'a>(
    app: &App,
    caller: &Caller,
    inputs: impl Iterator<Item = Option<&'a DueInput>>,
    result: &WriteResult,
) -> Vec<String> {
    let sent = inputs.zip(&result.images);
    let sent = sent.filter_map(|(input, image)| Some(Sent { input: input?, image, due: image.after.due? }));
    let sent: Vec<_> = sent.collect();
    if result.replayed || sent.is_empty() {
        return Vec::new();
    }
    let settings = caller.store.last_settings();
    let moment = settings.moment(app.clock.now(), &app.config.time_zone);
    let zone = moment.zone.iana_name().unwrap_or("UTC");
    let unset = settings.time_zone.is_none() && sent.iter().any(Sent::depends_on_zone);
    let unset = unset.then(|| {
        format!("The person's time zone is not set, so {zone} was used. Ask for it, and set it with updateSettings.")
    });
    [converted(&sent, zone), overdue(&sent, &moment), unset].into_iter().flatten().collect()
}

/// Says which time the first instant is on the person's clock.
fn converted(sent: &[Sent<'_>], zone: &str) -> Option<String> {
    let Sent { input, due, .. } = sent.iter().find(|sent| sent.input.is_instant())?;
    let (text, due) = (cut(input.text()), due.with_weekday());
    Some(format!(
        "{text} is {due} on the clock of {zone}. To set a time on the person's clock, send it without offset or Z."
    ))
}

/// Says that open todos were moved into the past.
fn overdue(sent: &[Sent<'_>], moment: &Moment) -> Option<String> {
    let mut past = sent.iter().filter(|sent| sent.is_moved_into_the_past(moment));
    let (Sent { image, due, .. }, others) = (past.next()?, past.count());
    let (title, due) = (cut(image.after.title.as_str()), due.with_weekday());
    Some(match others {
        0 => format!("\"{title}\" is overdue, because the due date {due} is in the past."),
        _ => format!("\"{title}\", due {due}, and {others} more are overdue, because their due dates are in the past."),
    })
}

impl Sent<'_> {
    /// Whether the due date would be another moment or another day in another time zone.
    fn depends_on_zone(&self) -> bool {
        matches!(self.due, Due::At(_)) || self.input.is_relative()
    }

    fn is_moved_into_the_past(&self, moment: &Moment) -> bool {
        let before = self.image.before.as_ref().and_then(|before| before.due);
        self.image.after.status == Status::Open && before != Some(self.due) && self.due.is_overdue(moment)
    }
}
