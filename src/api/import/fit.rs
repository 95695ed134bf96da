//! Makes todos from the tasks of a file, so that the todos keep the limits of this service. If a title is too long, or
//! if a task has too many tags or steps, the notes get the rest, as far as they have room. If a tag or the name of a
//! list is too long, its end is lost. The import reports each loss.

use jiff::ToSpan;

use super::source::{Completed, Lost, SourceTodo};
use crate::domain::{
    id::TodoId,
    import::imprint,
    input::list::WithoutEmpty,
    limits,
    list_ref::ListRef,
    moment::Moment,
    place::Place,
    steps::{Step, Steps},
    text::{ListName, Notes, StepTitle, Tag, Title},
    todo::{Status, Tags, Todo},
    unicode::{many_lines, one_line},
};

/// The years that a due date can have: years with four digits.
const YEARS: std::ops::RangeInclusive<i16> = 1..=9999;

/// Makes the todo. `None` if neither the title nor the notes have a visible character. `number` is the number of the
/// todo in the file, because todos keep the order of the file. `list` is the list for a task without a list. The result
/// also says what the todo has lost.
pub fn fit(
    source: SourceTodo,
    id: TodoId,
    number: usize,
    list: &ListRef,
    moment: &Moment,
) -> Option<(Todo, Vec<Lost>)> {
    let mut texts = Texts { notes: Vec::new(), lost: source.lost };
    let title = texts.title(&source.title, &source.notes)?;
    texts.notes.extend(source.notes);
    let list = source.list.as_deref().and_then(|name| texts.list(name)).unwrap_or_else(|| list.clone());
    let (tags, steps) = (texts.tags(source.tags), texts.steps(source.steps));
    let at = moment.now.checked_add(i64::try_from(number).unwrap_or_default().microseconds()).unwrap_or(moment.now);
    let completed_at = source.completed.map(|completed| match completed {
        Completed::At(at) => at.min(moment.now),
        Completed::Once => moment.now,
    });
    let due = source.due.filter(|due| YEARS.contains(&due.date().year()));
    if let Some(unkept) = source.due.filter(|_| due.is_none()) {
        texts.notes.push(format!("Date: {unkept}"));
        texts.lose(Lost::DateAsText);
    }
    let mut todo = Todo {
        id,
        title,
        status: if completed_at.is_some() { Status::Completed } else { Status::Open },
        list,
        priority: source.priority,
        due,
        // A completed todo has no repetition, because it has handed its repetition on to the next todo.
        repeat: source.repeat.filter(|_| completed_at.is_none()),
        anchor_day: None,
        series_due: None,
        handed_on: None,
        notes: None,
        tags,
        steps,
        place: None,
        version: 1,
        created_at: source.created_at.map_or(at, |created| created.min(moment.now)),
        updated_at: moment.now,
        completed_at,
        told_at: completed_at.filter(|at| *at < moment.now).map(|_| moment.now),
        deleted_at: None,
        imported: None,
    };
    if todo.begin_repeat(moment).is_err() {
        let until = todo.repeat.as_mut().and_then(|repeat| repeat.until.take());
        texts.notes.extend(until.map(|until| format!("Repeats until: {until}")));
        texts.lose(Lost::RepeatAsText);
    }
    // Undated todos keep the order of the file. The times of their creation do not matter.
    todo.place = todo.due.is_none().then(|| Place::of_time(at));
    todo.notes = texts.notes();
    todo.imported = Some(imprint(&todo));
    texts.lost.sort_unstable();
    texts.lost.dedup();
    Some((todo, texts.lost))
}

/// The paragraphs of the notes and the losses that the program has found so far.
struct Texts {
    notes: Vec<String>,
    lost: Vec<Lost>,
}

impl Texts {
    fn lose(&mut self, lost: Lost) {
        self.lost.push(lost);
    }

    /// The title. If the task has no title, the first line of the notes with a visible character becomes the title.
    fn title(&mut self, title: &str, notes: &[String]) -> Option<Title> {
        let (whole, short) = lines(title, limits::TITLE);
        if let Ok(title) = Title::parse(short) {
            if whole.chars().count() > limits::TITLE {
                self.notes.push(whole);
                self.lose(Lost::LongText);
            }
            return Some(title);
        }
        self.lose(Lost::NoTitle);
        let mut named = notes.iter().flat_map(|note| note.lines()).map(|line| lines(line, limits::TITLE).1);
        named.find_map(|line| Title::parse(line).ok())
    }

    /// The list with this name. A name that is too long is cut. `None` if the name has no visible character.
    fn list(&mut self, name: &str) -> Option<ListRef> {
        let (whole, short) = lines(name, limits::LIST);
        if whole != short {
            self.lose(Lost::LongText);
        }
        ListName::parse(short).ok().map(ListRef::asked)
    }

    /// The first tags. A tag that is too long is cut. If there are too many tags, the other tags go into the notes.
    fn tags(&mut self, tags: Vec<String>) -> Tags {
        let mut kept: Vec<Tag> = Vec::new();
        let mut others = Vec::new();
        for tag in tags {
            let (whole, short) = lines(&tag, limits::TAG);
            let Ok(tag) = Tag::parse(short.clone()) else { continue };
            if kept.iter().any(|own| own.folded() == tag.folded()) {
                continue;
            }
            if whole != short {
                self.lose(Lost::LongText);
            }
            if kept.len() < limits::TAGS {
                kept.push(tag);
            } else {
                others.push(whole);
            }
        }
        if !others.is_empty() {
            self.lose(Lost::TooMany);
            self.notes.push(format!("Tags: {}", others.join(", ")));
        }
        Tags::parse(WithoutEmpty(kept)).unwrap_or_default()
    }

    /// The first steps. If there are too many steps, the other steps go into the notes. If the title of a step is too
    /// long, the notes contain the whole title.
    fn steps(&mut self, steps: Vec<(String, bool)>) -> Steps {
        let (mut kept, mut others) = (Vec::new(), Vec::new());
        for (title, done) in steps {
            let (whole, short) = lines(&title, limits::STEP_TITLE);
            let Ok(title) = StepTitle::parse(short.clone()) else { continue };
            let is_kept = kept.len() < limits::STEPS;
            if is_kept {
                kept.push(Step { title, done });
            }
            if !is_kept || whole != short {
                self.lose(if is_kept { Lost::LongText } else { Lost::TooMany });
                others.push(format!("[{}] {whole}", if done { "x" } else { " " }));
            }
        }
        self.notes.extend((!others.is_empty()).then(|| others.join("\n")));
        Steps::parse(WithoutEmpty(kept)).unwrap_or_default()
    }

    /// The notes: all paragraphs, cut after the maximum length.
    fn notes(&mut self) -> Option<Notes> {
        let paragraphs = self.notes.iter().map(|note| many_lines(note)).filter(|note| !note.is_empty());
        let text = paragraphs.collect::<Vec<_>>().join("\n\n");
        let short = cut(&text, limits::NOTES);
        if short != text {
            self.lose(Lost::LongText);
        }
        Notes::parse(short).ok()
    }
}

/// The text as one line, and its beginning of at most `most` characters.
fn lines(text: &str, most: usize) -> (String, String) {
    let whole = one_line(text);
    let short = cut(&whole, most);
    (whole, short)
}

/// The first characters of a text. If the text is longer, the result ends with `…`.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
        None => text.to_owned(),
    }
}
