//! The filters of a change by filter: which todos the change concerns.

use std::collections::HashSet;

use deserr::Deserr;
use jiff::Timestamp;
use utoipa::ToSchema;

use super::{
    matching::TodoFilter,
    periods::Periods,
    several::Several,
    values::{Day, DueWithin},
};
use crate::{
    api::answer::error::ApiError,
    domain::{
        by_filter::AnyStatus,
        id::TodoId,
        invalid::Invalid,
        limits,
        moment::Moment,
        plan::SentId,
        search::Search,
        text::{Filter, ListName, Tag},
        todo::{Priority, Status},
    },
    store::Range,
};

/// The filters of `getTodos`, with several values where people name several. If the caller sends several filters, a
/// todo must match each of them.
#[derive(Debug, Clone, Default, Deserr, ToSchema)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct TodosWhere {
    /// Default: any; with due (except none), or if due moves: open; with completed_from or completed_to: completed.
    #[deserr(default)]
    #[schema(value_type = Vec<AnyStatus>, inline, required = false)]
    pub status: Option<Several<AnyStatus>>,
    #[deserr(default)]
    #[schema(value_type = Vec<ListName>, inline, required = false, max_items = 20)]
    pub list: Option<Several<ListName>>,
    #[deserr(default)]
    #[schema(value_type = Vec<Tag>, inline, required = false, max_items = 20)]
    pub tag: Option<Several<Tag>>,
    #[deserr(default)]
    #[schema(value_type = Vec<Priority>, inline, required = false)]
    pub priority: Option<Several<Priority>>,
    #[deserr(default)]
    #[schema(value_type = Filter, inline, required = false)]
    pub q: Option<Filter>,
    #[deserr(default)]
    #[schema(value_type = Vec<DueWithin>, inline, required = false)]
    pub due: Option<Several<DueWithin>>,
    #[deserr(default)]
    #[schema(value_type = String, required = false)]
    pub due_from: Option<Day>,
    #[deserr(default)]
    #[schema(value_type = String, required = false)]
    pub due_to: Option<Day>,
    #[deserr(default)]
    #[schema(value_type = String, required = false)]
    pub completed_from: Option<Day>,
    #[deserr(default)]
    #[schema(value_type = String, required = false)]
    pub completed_to: Option<Day>,
    /// Todos to leave as they are.
    #[deserr(default)]
    #[schema(value_type = Vec<String>, required = false, max_items = 40)]
    pub except_ids: Option<ExceptIds>,
}

/// The ids of todos that stay as they are.
pub type ExceptIds = Several<String, { limits::EXCEPT_IDS }>;

/// Whether at least one priority is missing.
fn is_some_priorities(sent: &Several<Priority>) -> bool {
    let all = Priority::WORDS.iter();
    !all.copied().all(|word| sent.values.iter().any(|priority| priority.word() == word))
}

impl TodosWhere {
    /// Refuses filters that contradict each other, and filters that select all todos. `place` is the path of the
    /// filters: `where` in a body, and empty in a query. `restores` says whether the change restores deleted todos.
    pub fn check(&self, place: &str, restores: bool, moment: &Moment) -> Result<(), ApiError> {
        let statuses = self.statuses();
        let prefix = if place.is_empty() { String::new() } else { format!("{place}.") };
        self.periods().check(&prefix, self.due.is_some(), statuses == [Status::Completed], moment)?;
        if statuses.contains(&Status::Deleted) && !restores {
            let message = "may be deleted only if `set` has the status open, which restores the todos";
            return Err(ApiError::invalid(&format!("{prefix}status"), message));
        }
        if self.narrows() {
            return Ok(());
        }
        let message = "would select all todos: send at least one of list, tag, priority, q, due, due_from, due_to, completed_from and completed_to, or the status open or completed alone; the status any and except_ids do not narrow";
        Err(ApiError::invalid(place, message))
    }

    /// Whether the caller sent no filter.
    pub fn is_empty(&self) -> bool {
        !self.narrows() && self.status.is_none() && self.except_ids.is_none()
    }

    /// Whether the filters select only some of the open and completed todos.
    fn narrows(&self) -> bool {
        let Self { status, list, tag, priority, q, due, .. } = self;
        let periods = self.periods();
        let by_status = || {
            let statuses = self.statuses();
            !(statuses.contains(&Status::Open) && statuses.contains(&Status::Completed))
        };
        list.is_some()
            || tag.is_some()
            || priority.as_ref().is_some_and(is_some_priorities)
            || q.is_some()
            || due.is_some()
            || periods.has_due()
            || periods.has_completed()
            || (status.is_some() && by_status())
    }

    /// Whether the filters say something about days of completion.
    pub fn has_completed(&self) -> bool {
        self.periods().has_completed()
    }

    /// The statuses of the selected todos. If the caller sends no status, the filters select open and completed todos.
    /// But a completed todo is no longer overdue, and no longer due today. So with such a group of due dates and without
    /// a status, the filters select only open todos. With days of completion, they select only completed todos.
    fn statuses(&self) -> Vec<Status> {
        let Some(sent) = &self.status else {
            let is_due = |due: &Several<DueWithin>| due.values.iter().any(|within| *within != DueWithin::None);
            return match (self.periods().has_completed(), &self.due) {
                (true, _) => vec![Status::Completed],
                (false, Some(due)) if is_due(due) => vec![Status::Open],
                _ => vec![Status::Open, Status::Completed],
            };
        };
        let has = |words: &[AnyStatus]| sent.values.iter().any(|word| words.contains(word));
        let named = [
            (Status::Open, has(&[AnyStatus::Any, AnyStatus::Open])),
            (Status::Completed, has(&[AnyStatus::Any, AnyStatus::Completed])),
            (Status::Deleted, has(&[AnyStatus::Deleted])),
        ];
        named.into_iter().filter_map(|(status, is_named)| is_named.then_some(status)).collect()
    }

    /// The parts of the index that contain the selected todos.
    pub fn ranges(&self, now: Timestamp) -> Vec<Range> {
        let due = self.due.as_ref().and_then(|due| match due.values[..] {
            [within] => Some(within),
            _ => None,
        });
        self.statuses().into_iter().map(|status| self.periods().range(status, due, now)).collect()
    }

    /// The filter that the program applies to each todo of the ranges. `None` if one of the lists does not exist. The
    /// function `exists` says which lists exist.
    pub fn filter(&self, moment: Moment, exists: impl Fn(&ListName) -> bool) -> Option<TodoFilter> {
        if self.unknown_list(&exists).is_some() {
            return None;
        }
        let tag = self.tag.as_ref();
        Some(TodoFilter {
            lists: self.wanted_lists(&exists).iter().map(ListName::folded).collect(),
            tags: tag.map(|tag| tag.values.clone()).unwrap_or_default(),
            one_tag: tag.and_then(|tag| tag.whole.clone()),
            priorities: self.priority.as_ref().map(|priority| priority.values.clone()).unwrap_or_default(),
            due: self.due.as_ref().map(|due| due.values.clone()).unwrap_or_default(),
            q: self.q.as_ref().map(|text| Search::new(text.as_str())),
            due_period: self.periods().due(&moment),
            completed_period: self.periods().completed(&moment),
            moment,
            tags_seen: HashSet::new(),
        })
    }

    /// The names of all lists that the filters may name.
    pub fn lists(&self) -> impl Iterator<Item = &ListName> {
        self.list.iter().flat_map(Several::all)
    }

    /// A list in the filters that does not exist.
    pub fn unknown_list(&self, exists: impl Fn(&ListName) -> bool) -> Option<&ListName> {
        self.wanted_lists(&exists).iter().find(|name| !exists(name))
    }

    /// The lists that the caller means. If the whole text of the caller is the name of a list, the caller means only
    /// this list.
    fn wanted_lists(&self, exists: impl Fn(&ListName) -> bool) -> &[ListName] {
        match &self.list {
            Some(Several { whole: Some(whole), .. }) if exists(whole) => std::slice::from_ref(whole),
            Some(several) => &several.values,
            None => &[],
        }
    }

    /// The ids of the todos that stay as they are.
    pub fn except(&self) -> Vec<SentId> {
        self.except_ids.iter().flat_map(|ids| &ids.values).map(|id| SentId::new(id)).collect()
    }

    /// The same ids, without the texts that cannot be ids.
    pub fn except_ids(&self) -> Vec<TodoId> {
        let mut ids: Vec<TodoId> = self.except().into_iter().filter_map(|sent| sent.id).collect();
        ids.sort();
        ids.dedup();
        ids
    }

    fn periods(&self) -> Periods<'_> {
        Periods {
            due_from: self.due_from.as_ref(),
            due_to: self.due_to.as_ref(),
            completed_from: self.completed_from.as_ref(),
            completed_to: self.completed_to.as_ref(),
        }
    }
}
