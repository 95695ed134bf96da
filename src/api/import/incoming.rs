//! Reads a file as the todos that an import adds. The same file at the same moment always gives the same todos with the
//! same ids, so every request of an import can read the file again.

use std::collections::{HashMap, HashSet};

use super::{
    archive::{self, Unpacked},
    bytes,
    fit::fit,
    formats::{Content, Format, own::Restored},
    nest::nest,
    source::{At, Broken, Context, Found, Lost, SourceFile, SourceTodo},
};
use crate::{
    api::export::document::ExportedSettings,
    domain::{id::TodoId, import_record::ListChoice, list_ref::ListRef, moment::Moment, text::ListName, todo::Todo},
};

/// An import has at most this number of todos.
pub const TODOS: usize = 5_000;

/// What a file contains, as todos of this service.
#[derive(Debug, Default)]
pub struct Incoming {
    pub formats: Vec<Format>,
    pub todos: Vec<IncomingTodo>,
    /// The lists of the file in their order, also lists without todos.
    pub lists: Vec<ListName>,
    /// Whether this is our own JSON.
    pub is_own: bool,
    /// Only our own JSON has settings.
    pub settings: Option<ExportedSettings>,
    /// What cannot be read, and where.
    pub broken: Vec<(String, Broken)>,
    /// Whether some characters of the file could not be read.
    pub has_unreadable_characters: bool,
}

/// One todo of a file.
#[derive(Debug, Clone)]
pub struct IncomingTodo {
    pub todo: Todo,
    /// The place of the todo in the file, such as `row 12`, or `Work.csv row 12` in an archive.
    pub at: String,
    pub lost: Vec<Lost>,
}

/// Reads a file that may be an archive. `is_compressed` says whether the client has compressed the file with gzip. The
/// error is a sentence for the person.
pub fn read(
    name: &str,
    (data, is_compressed): (Vec<u8>, bool),
    default_list: &ListRef,
    moment: &Moment,
) -> Result<Incoming, String> {
    let data = if is_compressed { archive::gunzip(&data)? } else { data };
    let files = archive::unpack(name, data)?;
    let is_archive = files.len() > 1;
    let (mut incoming, mut names) = (Incoming::default(), Names::default());
    for Unpacked { name, bytes } in files {
        let decoded = bytes::decode(bytes);
        incoming.has_unreadable_characters |= decoded.has_replacements;
        let file = SourceFile { name: &name, text: &decoded.text };
        let place = |at: At| if is_archive { format!("{name} {at}") } else { at.to_string() };
        match incoming.add_file(file, &mut names, place, (default_list, moment)) {
            Err(reason) if !is_archive => return Err(reason),
            Err(reason) => incoming.broken.push((name.clone(), Broken { at: At::default(), reason })),
            Ok(()) => {}
        }
    }
    incoming.keep_first_of_each_id();
    let number = incoming.todos.len();
    if number > TODOS {
        return Err(format!(
            "has {number} todos, but an import has at most {TODOS}; divide the file, and import one part after the other"
        ));
    }
    Ok(incoming)
}

/// The sentence for a file in an unknown format.
const UNKNOWN: &str = "This is not a file with todos that this service knows. It reads files of Todoist (CSV, ZIP), TickTick (CSV), Google Tasks (Tasks.json of Takeout), Microsoft To Do (JSON), iCalendar, todo.txt, Markdown, and its own exports (JSON, CSV).";

impl Incoming {
    fn add_file(
        &mut self,
        file: SourceFile<'_>,
        names: &mut Names,
        place: impl Fn(At) -> String,
        defaults: (&ListRef, &Moment),
    ) -> Result<(), String> {
        let format = Format::of(file.text).ok_or_else(|| UNKNOWN.to_owned())?;
        let moment = defaults.1;
        let context = Context { now: moment.now, zone: moment.zone.clone(), week_start: moment.week_start };
        match format.read(file, &context)? {
            Content::Tasks(found) => self.add(found, format, names, place, defaults),
            Content::Todos(restored) => self.restore(restored, place),
        }
        if !self.formats.contains(&format) {
            self.formats.push(format);
        }
        Ok(())
    }

    fn restore(&mut self, restored: Restored, place: impl Fn(At) -> String) {
        self.lists.extend(restored.lists);
        self.settings = self.settings.take().or(restored.settings);
        self.is_own = true;
        self.broken.extend(restored.broken.into_iter().map(|broken| (place(broken.at), broken)));
        let todos = restored.todos.into_iter().zip(1..).map(|(todo, number)| {
            let list = ListRef::asked(todo.list.name().clone());
            IncomingTodo { todo: Todo { list, ..todo }, at: place(At::task(number)), lost: Vec::new() }
        });
        self.todos.extend(todos);
    }

    fn add(
        &mut self,
        Found { todos, lists, broken }: Found,
        format: Format,
        names: &mut Names,
        place: impl Fn(At) -> String,
        (default_list, moment): (&ListRef, &Moment),
    ) {
        self.lists.extend(lists.into_iter().filter_map(|list| ListName::parse(list).ok()));
        self.broken.extend(broken.into_iter().map(|broken| (place(broken.at), broken)));
        for source in nest(todos) {
            let at = source.at;
            let id = names.id(format, &source);
            match fit(source, id, self.todos.len(), default_list, moment) {
                Some((todo, lost)) => self.todos.push(IncomingTodo { todo, at: place(at), lost }),
                None => {
                    let reason = "The task has neither a title nor notes.".to_owned();
                    self.broken.push((place(at), Broken { at, reason }));
                }
            }
        }
    }

    /// Two todos of a file can have the same id. Then this function keeps the first one, and reports the others as
    /// broken.
    fn keep_first_of_each_id(&mut self) {
        let mut seen = HashSet::new();
        let (kept, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.todos).into_iter().partition(|incoming| seen.insert(incoming.todo.id.clone()));
        self.todos = kept;
        let reason = || "Another task of the file has the same id.".to_owned();
        self.broken.extend(others.into_iter().map(|other| (other.at, Broken { at: At::default(), reason: reason() })));
    }

    /// The first lists without todos, at most `most` lists.
    pub fn empty_lists(&self, most: usize) -> Vec<ListName> {
        let used: HashSet<String> = self.todos.iter().map(|incoming| incoming.todo.list.name().folded()).collect();
        self.lists.iter().filter(|list| !used.contains(&list.folded())).take(most).cloned().collect()
    }

    /// Applies the person's choices for the lists. The error is a list that the file does not have.
    pub fn choose_lists(&mut self, choices: &[ListChoice]) -> Result<(), ListName> {
        let lists = self.todos.iter().map(|incoming| incoming.todo.list.name()).chain(&self.lists);
        let known: HashSet<String> = lists.map(ListName::folded).collect();
        if let Some(unknown) = choices.iter().find(|choice| !known.contains(&choice.list.folded())) {
            return Err(unknown.list.clone());
        }
        let choices: HashMap<String, &ListChoice> =
            choices.iter().map(|choice| (choice.list.folded(), choice)).collect();
        self.todos.retain_mut(|incoming| match choices.get(&incoming.todo.list.name().folded()) {
            None => true,
            Some(ListChoice { to: None, .. }) => false,
            Some(ListChoice { to: Some(to), .. }) => {
                incoming.todo.list = ListRef::asked(to.clone());
                true
            }
        });
        self.lists.retain(|list| !choices.contains_key(&list.folded()));
        Ok(())
    }
}

/// Counts the tasks with the same name, so that each one has an id of its own.
#[derive(Default)]
struct Names(HashMap<[String; 3], usize>);

impl Names {
    /// The id of a task. The function makes it from the id in the file. If the file has no id, the function makes it
    /// from the list, the title (or the notes, if the title is empty), and a number. The number counts the tasks with
    /// the same list and title.
    fn id(&mut self, format: Format, source: &SourceTodo) -> TodoId {
        if let Some(id) = source.id.as_deref().filter(|id| !id.trim().is_empty()) {
            return TodoId::of_source([format.word(), "id", id]);
        }
        let list = source.list.clone().unwrap_or_default();
        let first_note = if source.title.trim().is_empty() { source.notes.join("\n") } else { String::new() };
        let number = self.0.entry([list.clone(), source.title.clone(), first_note.clone()]).or_default();
        *number += 1;
        TodoId::of_source([format.word(), "title", &list, &source.title, &first_note, &number.to_string()])
    }
}
