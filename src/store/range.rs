//! Ranges of an owner's items in the index `timeline`, and positions in this index. A listing reads the items of a
//! range. A position identifies the last item that a listing has read.

use jiff::{Timestamp, civil::Date};

use super::{
    item::{self, Item},
    view,
};
use crate::domain::{
    id::{ChangeId, TodoId},
    place::Place,
    todo::Status,
};

/// The maximum length of a position, in bytes. Each item's view is shorter than this maximum. A sort key of DynamoDB
/// has at most 1,024 bytes.
const VIEW_BYTES: usize = 100;
/// The last character in the upper limit of a range. The character `~` sorts after every letter, every digit and `#`.
/// So the range contains all views that begin with the text before the `~`.
const LAST: char = '~';
/// The character `:` sorts after every digit and before `~`. So if the upper limit of a range ends with `:`, the range
/// contains only todos with a date.
const AFTER_DATES: char = ':';

/// The position of a todo in an export begins with this word.
const ALL: &str = "all";

/// The items that a listing reads, and the order in which the listing reads them.
#[derive(Debug, Clone)]
pub struct Range {
    pub(super) low: String,
    pub(super) high: String,
    pub(super) newest_first: bool,
    /// Whether the settings item is the first item of the range, before the first todo.
    pub(super) begins_with_settings: bool,
}

/// A position in a listing. The text of a position is the attribute `view`, the sort key of the index, of the last item
/// that the listing has read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position(pub(super) String);

impl Range {
    /// The todos with this status. Open todos are in the order of their due dates, and todos without a due date come
    /// last. Completed todos are sorted by the time of completion, and deleted todos by the time of deletion. The
    /// latest time comes first.
    pub fn todos(status: Status) -> Self {
        let word = status.word();
        let open = status == Status::Open;
        Self {
            low: format!("{word}#"),
            high: format!("{word}#{LAST}{LAST}"),
            newest_first: !open,
            begins_with_settings: open,
        }
    }

    /// The open todos that are due in a period. The period includes its first day (`from`) and its last day (`to`).
    pub fn open_due(from: Option<Date>, to: Option<Date>) -> Self {
        let bound = |day: Option<Date>| day.map(|day| day.to_string());
        Self {
            low: format!("open#{}", bound(from).unwrap_or_default()),
            high: bound(to).map_or_else(|| format!("open#{AFTER_DATES}"), |day| format!("open#{day}{LAST}")),
            newest_first: false,
            begins_with_settings: from.is_none(),
        }
    }

    /// The open todos without a due date.
    pub fn undated() -> Self {
        let low = format!("open#{}", view::UNDATED);
        Self { high: format!("{low}{LAST}"), low, newest_first: false, begins_with_settings: false }
    }

    /// The open todos without a due date that come after the todo with this place.
    pub(super) fn undated_after(place: &Place) -> Self {
        let undated = Self::undated();
        // The view of the todo with this place contains the place, `#` and the id of the todo. The range must not
        // contain this view.
        Self { low: format!("{}{}#{LAST}", undated.low, place.as_str()), ..undated }
    }

    /// The todos that were completed in a period. The time `from` is in this period, but the time `before` is not.
    pub fn completed(from: Option<Timestamp>, before: Option<Timestamp>) -> Self {
        let bound = |at: Option<Timestamp>| at.map(view::moment).unwrap_or_default();
        Self {
            low: format!("completed#{}", bound(from)),
            high: before.map_or_else(|| format!("completed#{LAST}"), |_| format!("completed#{}", bound(before))),
            newest_first: true,
            begins_with_settings: false,
        }
    }

    /// All todos and changes. An export reads the todos in the order of their ids, and then the changes. This range is
    /// not a range of the index. The program only uses it to check whether a position can be a position in an export.
    pub fn everything() -> Self {
        Self { low: format!("{ALL}#"), ..Self::changes() }
    }

    /// The changes, newest first.
    pub fn changes() -> Self {
        Self {
            low: "change#".to_owned(),
            high: format!("change#{LAST}"),
            newest_first: true,
            begins_with_settings: false,
        }
    }
}

impl Range {
    /// Whether `position` is in this range.
    pub fn contains(&self, position: &Position) -> bool {
        (self.low.as_str()..=self.high.as_str()).contains(&position.0.as_str())
    }
}

impl Position {
    /// The position of an item in the index `timeline`.
    pub(super) fn of(item: &Item) -> Option<Self> {
        item.get(item::VIEW).and_then(|view| view.as_s().ok()).map(|view| Self(view.clone()))
    }

    /// The position of a todo in an export. An export contains the todos in the order of their ids.
    pub fn of_id(id: &TodoId) -> Self {
        Self(format!("{ALL}#{LAST}#{}", id.as_str()))
    }

    /// The position in an export that comes after all todos and before all changes.
    pub fn after_todos() -> Self {
        Self::of_id(&TodoId::last())
    }

    /// Whether no todo of an export comes after this position.
    pub fn is_after_todos(&self) -> bool {
        self.id().is_none_or(|id| id == TodoId::last())
    }

    /// The id of the todo at a position in an export. `None` at the position of a change.
    pub(super) fn id(&self) -> Option<TodoId> {
        TodoId::parse(self.0.strip_prefix(ALL)?.rsplit_once('#')?.1)
    }

    /// Reads a position from the text that [`Position::as_str`] returned. `None` if the text cannot be a position.
    pub fn parse(text: &str) -> Option<Self> {
        let position = Self(text.to_owned());
        (text.len() <= VIEW_BYTES).then(|| position.sk().map(|_| position)).flatten()
    }

    /// The position as text, such as `open#2026-11-27#k7m2x9qa4t`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part of the position that determines the order, for example the due date of an open todo.
    pub fn order(&self) -> Option<&str> {
        self.0.split('#').nth(1)
    }

    /// The sort key of the item at this position. DynamoDB needs the sort key in addition to the view.
    pub(super) fn sk(&self) -> Option<String> {
        let (kind, rest) = self.0.split_once('#')?;
        let (_, id) = rest.rsplit_once('#')?;
        if kind == "change" {
            ChangeId::parse(id).map(|id| item::change_sk(&id))
        } else {
            TodoId::parse(id).map(|id| item::todo_sk(&id))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_due_days_takes_the_whole_last_day_and_no_undated_todo() {
        let day = |day: &str| Some(day.parse().unwrap());
        let range = Range::open_due(day("2026-11-27"), day("2026-11-28"));
        for inside in ["2026-11-27", "2026-11-28", "2026-11-28T23:59"] {
            assert!(contains(&range, inside), "{inside}");
        }
        for outside in ["2026-11-26T23:59", "2026-11-29", "~"] {
            assert!(!contains(&range, outside), "{outside}");
        }
        assert!(!contains(&Range::open_due(day("2026-11-27"), None), "~"));
        assert!(contains(&Range::todos(Status::Open), "~"));
        assert!(contains(&Range::undated(), "~") && !contains(&Range::undated(), "9999-12-31T23:59"));
    }

    #[test]
    fn a_range_of_completed_todos_has_its_first_moment_and_not_its_last() {
        let at = |text: &str| Some(text.parse().unwrap());
        let range = Range::completed(at("2026-11-20T00:00:00Z"), at("2026-11-22T00:00:00Z"));
        let holds = |moment: &str| range.contains(&Position(format!("completed#{moment}#0000000000")));
        assert!(holds("2026-11-20T00:00:00.000000Z") && holds("2026-11-21T23:59:59.999999Z"));
        assert!(!holds("2026-11-19T23:59:59.999999Z") && !holds("2026-11-22T00:00:00.000000Z"));
    }

    fn contains(range: &Range, place: &str) -> bool {
        range.contains(&Position(format!("open#{place}#0000000000")))
    }

    #[test]
    fn a_position_names_the_item_it_stands_at() {
        assert_eq!(Position::parse("open#2026-11-27#k7m2x9qa4t").unwrap().sk().unwrap(), "todo#k7m2x9qa4t");
        assert_eq!(
            Position::parse("change#2026-11-27T00:00:00.000000Z#k7m2x9qa4tk7m2x9").unwrap().sk().unwrap(),
            "change#k7m2x9qa4tk7m2x9"
        );
        for forged in ["", "open", "open#", "open#~#nope", "change#x#k7m2x9qa4t"] {
            assert_eq!(Position::parse(forged), None, "{forged}");
        }
    }
}
