//! Shows what an import would do, before it changes anything.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{formats::Format, progress::ProgressView, source::Lost, steps::Importing};
use crate::{
    api::{
        access::caller::Caller,
        answer::{error::ApiError, view::TodoView},
    },
    app::App,
    domain::{
        id::ImportId,
        import::{Existing, Outcome},
        todo::Status,
    },
};

/// The preview shows at most this number of todos.
const FIRST: usize = 10;
/// For each kind of loss, the preview names at most this number of places. It names at most this number of broken rows.
const PLACES: usize = 20;

/// The answer to `POST /import`, and to `GET /import/{id}`.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Received {
    Preview(Box<Preview>),
    Part { import: ImportId, bytes: usize },
    Progress(ProgressView),
}

/// What an import would do.
#[derive(Debug, Serialize)]
pub struct Preview {
    #[serde(flatten)]
    progress: ProgressView,
    formats: Vec<Format>,
    todos: usize,
    /// How many todos are not here yet. The import adds them.
    new: usize,
    /// How many todos are deleted here. The import brings them back.
    restored: usize,
    /// How many todos are here already with the same content.
    same: usize,
    /// How many todos are here with other content than in the file, if nobody has changed them since an earlier import.
    /// The import changes them only if the person chooses `"existing": "update"`.
    different: usize,
    /// How many todos somebody has changed here since an earlier import. The import never changes them.
    changed_here: usize,
    lists: Vec<ListPreview>,
    /// The first todos, as they will be.
    first: Vec<TodoView>,
    /// What the todos will not keep.
    lost: Vec<Loss>,
    /// What the program cannot read. The import leaves this out.
    broken: Vec<BrokenView>,
    broken_total: usize,
    /// Whether some characters of the file cannot be read. They are shown as `�`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unreadable_characters: bool,
}

#[derive(Debug, Default, Serialize)]
struct ListPreview {
    list: String,
    todos: usize,
    /// How many todos of the list are completed.
    completed: usize,
    /// How many todos of the list the import adds or brings back.
    new: usize,
}

#[derive(Debug, Serialize)]
struct Loss {
    what: Lost,
    /// A sentence for the person.
    means: &'static str,
    todos: usize,
    /// The places in the file, such as `row 12`.
    at: Vec<String>,
}

#[derive(Debug, Serialize)]
struct BrokenView {
    at: String,
    reason: String,
}

impl Preview {
    /// The preview of this import.
    pub async fn of(app: &App, caller: &Caller, importing: Importing) -> Result<Self, ApiError> {
        let outcomes = importing.outcomes(app, caller, Existing::Skip).await?;
        let zone = caller.zone(app);
        let number = |wanted: Outcome| outcomes.iter().filter(|outcome| **outcome == wanted).count();
        let incoming = &importing.incoming;
        let mut lists: Vec<ListPreview> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut losses: BTreeMap<Lost, Loss> = BTreeMap::new();
        for (incoming, outcome) in incoming.todos.iter().zip(&outcomes) {
            let name = incoming.todo.list.name();
            let place = *places.entry(name.folded()).or_insert_with(|| {
                lists.push(ListPreview { list: name.as_str().to_owned(), ..ListPreview::default() });
                lists.len() - 1
            });
            let list = &mut lists[place];
            list.todos += 1;
            list.completed += usize::from(incoming.todo.status == Status::Completed);
            list.new += usize::from(*outcome == Outcome::Added || *outcome == Outcome::Restored);
            for what in &incoming.lost {
                let new = || Loss { what: *what, means: what.means(), todos: 0, at: Vec::new() };
                let loss = losses.entry(*what).or_insert_with(new);
                loss.todos += 1;
                if loss.at.len() < PLACES {
                    loss.at.push(incoming.at.clone());
                }
            }
        }
        let broken = incoming.broken.iter().take(PLACES);
        Ok(Self {
            progress: ProgressView::of(&importing.record),
            formats: incoming.formats.clone(),
            todos: incoming.todos.len(),
            new: number(Outcome::Added),
            restored: number(Outcome::Restored),
            same: number(Outcome::Same),
            different: number(Outcome::Skipped),
            changed_here: number(Outcome::ChangedHere),
            lists,
            first: incoming.todos.iter().take(FIRST).map(|incoming| TodoView::short(&incoming.todo, &zone)).collect(),
            lost: losses.into_values().collect(),
            broken: broken.map(|(at, broken)| BrokenView { at: at.clone(), reason: broken.reason.clone() }).collect(),
            broken_total: incoming.broken.len(),
            unreadable_characters: incoming.has_unreadable_characters,
        })
    }
}

impl Lost {
    /// What the loss means, as a sentence for the person.
    fn means(self) -> &'static str {
        match self {
            Self::Assignee => "Who is responsible is not kept.",
            Self::Attachment => "Attached files are not kept.",
            Self::Author => "Who has written the task is not kept.",
            Self::Comment => "Comments without text are not kept.",
            Self::Deadline => "A todo has one date. The deadline is in the notes.",
            Self::Duration => "How long a task takes is not kept.",
            Self::Folder => "Folders of lists are not kept.",
            Self::Location => "Places are not kept.",
            Self::Reminder => "Reminders are not kept.",
            Self::StartDate => "The date on which a task begins is not kept.",
            Self::DateAsText => "The date is not understood. It is in the notes.",
            Self::RepeatAsText => "The repetition is not understood. It is in the notes.",
            Self::SectionAsTag => "Sections become tags.",
            Self::HeadingAsTodo => "A heading becomes a todo that can be completed.",
            Self::NoTitle => "The task has no title. The first line of the notes is the title.",
            Self::Nesting => "A sub-task of a sub-task becomes a step, or a todo of its own.",
            Self::LongText => "A text is too long. Its beginning is kept.",
            Self::TooMany => "More tags or steps than a todo can have are in the notes.",
            Self::Status => "A status such as “cancelled” or “waiting” is not kept.",
            Self::Link => "A link to another task or page is not kept.",
        }
    }
}
