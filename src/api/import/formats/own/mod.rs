//! Our own JSON (`export/document.rs`). The reader makes complete todos from it, without a loss.
//!
//! An export of many todos has several pages, each of which is a complete file. [`Restored::add`] puts the pages
//! together. The reader does not read the changes of the last 30 days: a restored todo begins without a history.

mod checked;

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use self::checked::{Faulty, checked};
use super::json;
use crate::{
    api::{
        export::document::{ExportedSettings, FORMAT, FORMAT_VERSION},
        import::source::{At, Broken, Context, Found, SourceFile},
    },
    domain::{moment::Weekday, settings::ZoneName, text::ListName, todo::Todo},
};

/// What our own export contains.
#[derive(Debug, Clone, Default)]
pub struct Restored {
    /// When the newest page was made.
    pub exported_at: Option<Timestamp>,
    /// Todos of every status, in the order of the file. Each id occurs only once. The list of a todo is a name.
    pub todos: Vec<Todo>,
    /// The names of all lists, in the person's order.
    pub lists: Vec<ListName>,
    /// The settings of the newest page. Values that are not allowed are left out. `None` if the file has no known time
    /// zone.
    pub settings: Option<ExportedSettings>,
    /// Todos and names of lists that cannot be read.
    pub broken: Vec<Broken>,
    /// The number of todos and changes that the export could not read.
    pub unreadable: usize,
    /// Whether another page follows the newest page. The other page is a separate file.
    pub has_more: bool,
}

#[derive(Deserialize)]
struct Head {
    format: String,
    format_version: u64,
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(default)]
    exported_at: Option<String>,
    #[serde(default)]
    settings: Map<String, Value>,
    #[serde(default)]
    lists: Vec<Value>,
    #[serde(borrow, default)]
    todos: Vec<&'a RawValue>,
    #[serde(default)]
    unreadable: usize,
    #[serde(default)]
    next_cursor: Option<String>,
}

/// Whether the text is our own JSON, of any version.
pub fn is(text: &str) -> bool {
    json::begins(text) && json::has_member(text, "format", &format!("\"{FORMAT}\""))
}

/// Reads one page. A todo that breaks a rule of the domain is not read, because somebody may have changed the file. The
/// error is a sentence. For example, the file is not JSON, or a newer version of the program has made the file.
pub fn read(file: SourceFile<'_>, context: &Context) -> Result<Restored, Broken> {
    let head: Head = json::read(file.text)?;
    let refused = |reason: String| Broken { at: At::line(1), reason };
    if head.format != FORMAT {
        return Err(refused(format!("The file is no export of this program: its format is not \"{FORMAT}\".")));
    }
    if head.format_version > u64::from(FORMAT_VERSION) {
        return Err(refused(format!(
            "The file has the format version {}, but this program knows only version {FORMAT_VERSION}. A newer version of \
             the program has made the file.",
            head.format_version
        )));
    }
    let page: Page = json::read(file.text)?;
    let mut restored = Restored {
        exported_at: page.exported_at.and_then(|at| at.parse().ok()),
        settings: settings(page.settings),
        unreadable: page.unreadable,
        has_more: page.next_cursor.is_some(),
        ..Restored::default()
    };
    for (at, element) in (1..).map(At::task).zip(page.todos) {
        if restored.todos.len() + restored.broken.len() >= Found::MOST {
            let reason = format!("The file has more than {} todos. The rest is not read.", Found::MOST);
            restored.broken.push(Broken { at, reason });
            break;
        }
        match checked(element, context.now) {
            Ok(todo) => restored.todos.push(todo),
            Err(Faulty(reason)) => restored.broken.push(Broken { at, reason }),
        }
    }
    restored.read_lists(page.lists);
    restored.keep_each_id_once();
    Ok(restored)
}

impl Restored {
    /// Adds another page, or another export of the same person. If both have a todo with the same id, the todo with the
    /// higher version counts. The settings of the newer page count.
    pub fn add(&mut self, other: Self) {
        if other.exported_at >= self.exported_at {
            self.exported_at = other.exported_at;
            self.has_more = other.has_more;
            self.settings = other.settings.or(self.settings.take());
        }
        self.todos.extend(other.todos);
        self.broken.extend(other.broken);
        self.unreadable += other.unreadable;
        self.lists.extend(other.lists);
        self.keep_each_list_once();
        self.keep_each_id_once();
    }

    fn read_lists(&mut self, names: Vec<Value>) {
        for name in names.into_iter().take(Found::MOST) {
            match name.as_str().map(|name| ListName::parse(name.to_owned())) {
                Some(Ok(name)) => self.lists.push(name),
                Some(Err(invalid)) => {
                    let reason = format!("The name of a list {}.", invalid.message);
                    self.broken.push(Broken { at: At::line(1), reason });
                }
                None => {
                    self.broken.push(Broken { at: At::line(1), reason: "The name of a list is no text.".to_owned() })
                }
            }
        }
        self.keep_each_list_once();
    }

    fn keep_each_list_once(&mut self) {
        let mut seen = HashSet::new();
        self.lists.retain(|list| seen.insert(list.folded()));
    }

    fn keep_each_id_once(&mut self) {
        let mut newest: HashMap<_, (u64, Timestamp, usize)> = HashMap::new();
        for (at, todo) in self.todos.iter().enumerate() {
            let new = (todo.version, todo.updated_at, at);
            let known = newest.entry(todo.id.clone()).or_insert(new);
            if (new.0, new.1) > (known.0, known.1) {
                *known = new;
            }
        }
        let mut at = 0..;
        self.todos.retain(|todo| newest.get(&todo.id).map(|(_, _, newest)| *newest) == at.next());
    }
}

/// The settings, without the values that are not allowed.
fn settings(mut members: Map<String, Value>) -> Option<ExportedSettings> {
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    let time_zone = ZoneName::parse(text(members.remove("time_zone"))?).ok()?.as_str().to_owned();
    let time_zone_is_set = members.remove("time_zone_is_set") == Some(Value::Bool(true));
    let mut chosen = Map::new();
    let week_start = text(members.remove("week_start")).and_then(|day| Weekday::parse(day).ok());
    chosen.extend(week_start.map(|day| ("week_start".to_owned(), day.word().into())));
    let default_list = text(members.remove("default_list")).and_then(|list| ListName::parse(list).ok());
    chosen.extend(default_list.map(|list| ("default_list".to_owned(), list.as_str().into())));
    Some(ExportedSettings { time_zone, time_zone_is_set, chosen })
}
