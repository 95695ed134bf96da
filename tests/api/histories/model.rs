//! The sequential specification of the service: what one request after another would do and answer.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use stateright::semantics::SequentialSpec;

use super::{
    calls::{Call, Edit, FIRST, Filter, Handle, Op, OpId, Ret, Seen, Status},
    model_undo::{self, Entry},
};

/// The content of a todo. The model replaces each time by the number of the request that has set this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields {
    pub title: OpId,
    pub priority: u8,
    pub status: Status,
    /// The request that has completed or deleted the todo. 0 if the todo is open.
    pub status_at: OpId,
    pub updated_at: OpId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Todo {
    pub version: u64,
    pub fields: Fields,
}

/// The todos and the changes of one owner.
#[derive(Debug, Clone)]
pub struct Model {
    pub todos: BTreeMap<Handle, Todo>,
    /// All changes, the oldest first.
    pub log: Vec<Arc<Entry>>,
    /// The order of the changes, as the service shows it at the end. If the checker puts a change into another place,
    /// it can stop there: no further requests can lead to this order.
    order: Arc<Vec<OpId>>,
    /// The changes that two undos have undone, if at some moment neither of the two undos was itself undone. The record
    /// of a change names only one undo, so the program may not know whether the other undo still takes effect.
    undone_twice: BTreeSet<OpId>,
    /// The checker has put a change into a place that does not agree with `order`. This can happen if the answer to a
    /// request is lost.
    is_impossible: bool,
}

/// What a request does: the todos after it, or the reason why it is refused.
pub type Planned = Result<BTreeMap<Handle, Fields>, &'static str>;

impl Fields {
    pub fn new(op: OpId, priority: u8) -> Self {
        Self { title: op, priority, status: Status::Open, status_at: 0, updated_at: op }
    }

    pub fn with_status(self, status: Status, op: OpId) -> Self {
        if status == self.status {
            return self;
        }
        let status_at = if status == Status::Open { 0 } else { op };
        Self { status, status_at, updated_at: op, ..self }
    }

    fn edited(self, edit: &Edit, op: OpId) -> Self {
        let mut after = edit.status.map_or(self, |status| self.with_status(status, op));
        after.title = if edit.title { op } else { after.title };
        after.priority = edit.priority.unwrap_or(after.priority);
        Self { updated_at: if after == self { self.updated_at } else { op }, ..after }
    }
}

impl Filter {
    fn matches(&self, todo: &Fields) -> bool {
        match self {
            Self::LowerHigh | Self::DeleteHigh => todo.priority == 2 && todo.status != Status::Deleted,
            Self::CompleteOpen => todo.status == Status::Open,
            Self::RaiseCompleted => todo.status == Status::Completed,
            Self::RenameNormal => todo.priority == 1 && todo.status != Status::Deleted,
            Self::RestoreDeleted => todo.status == Status::Deleted,
        }
    }

    fn apply(&self, todo: Fields, op: OpId) -> Fields {
        match self.edit() {
            Some(edit) => todo.edited(&edit, op),
            None => todo.with_status(Status::Deleted, op),
        }
    }
}

impl Model {
    /// The model with the first todos. The service shows the changes in this order at the end.
    pub fn new(order: Vec<OpId>) -> Self {
        let (todos, log) = (BTreeMap::new(), Vec::new());
        let mut model =
            Self { todos, log, order: Arc::new(order), undone_twice: BTreeSet::new(), is_impossible: false };
        for (handle, priority) in FIRST {
            model.commit(handle, &BTreeMap::from([(handle, Fields::new(handle, priority))]), Vec::new());
        }
        model
    }

    fn seen(&self, handle: Handle) -> Seen {
        let Todo { version, fields: Fields { title, priority, status, .. } } = self.todos[&handle];
        Seen { handle, version: Some(version), title, priority, status }
    }

    fn see(&self, handles: impl IntoIterator<Item = Handle>) -> Vec<Seen> {
        let handles: BTreeSet<Handle> = handles.into_iter().collect();
        handles.into_iter().map(|handle| self.seen(handle)).collect()
    }

    /// Makes a change of these todos if they differ from the present todos. An undo always makes a change.
    fn commit(&mut self, op: OpId, after: &BTreeMap<Handle, Fields>, undoes: Vec<OpId>) {
        let mut differences = Vec::new();
        for (handle, after) in after {
            let before = self.todos.get(handle).copied();
            if before.is_some_and(|before| before.fields == *after) {
                continue;
            }
            let version = before.map_or(0, |before| before.version) + 1;
            self.todos.insert(*handle, Todo { version, fields: *after });
            differences.push((*handle, before.map(|before| before.fields), *after));
        }
        if differences.is_empty() && undoes.is_empty() {
            return;
        }
        self.is_impossible |= self.order.get(self.log.len()) != Some(&op);
        self.log.push(Arc::new(Entry { op, differences, undoes }));
        self.undone();
    }

    fn edit(&mut self, op: OpId, edits: &[(Handle, Edit)]) -> Ret {
        let is_refused = |(handle, edit): &(Handle, Edit)| {
            let todo = self.todos[handle];
            edit.version.is_some_and(|version| version != todo.version)
                || (todo.fields.status == Status::Deleted && edit.status != Some(Status::Open))
        };
        let refused: Vec<Handle> = edits.iter().filter(|edit| is_refused(edit)).map(|(handle, _)| *handle).collect();
        if !refused.is_empty() {
            return Ret::Conflict(self.see(refused));
        }
        let after = edits.iter().map(|(handle, edit)| (*handle, self.todos[handle].fields.edited(edit, op)));
        self.commit(op, &after.collect(), Vec::new());
        Ret::Todos(self.see(edits.iter().map(|(handle, _)| *handle)))
    }

    fn filter(&mut self, op: OpId, filter: &Filter) -> Ret {
        let found: Vec<_> = self.todos.iter().filter(|(_, todo)| filter.matches(&todo.fields)).collect();
        let after = |(handle, todo): (&Handle, &Todo)| (*handle, filter.apply(todo.fields, op));
        let after: BTreeMap<_, _> = found.iter().copied().map(after).collect();
        let already = found.iter().filter(|(handle, todo)| after[*handle] == todo.fields).count();
        self.commit(op, &after, Vec::new());
        Ret::Found { altered: after.len() - already, already }
    }

    fn undo(&mut self, op: OpId, wanted: Vec<OpId>, planned: Planned) -> Ret {
        match planned {
            Ok(after) => {
                self.commit(op, &after, wanted.clone());
                Ret::Undone { todos: self.see(after.into_keys()), undid: wanted }
            }
            Err(code) => Ret::Refused(code.to_owned()),
        }
    }

    /// The changes that are undone.
    pub fn undone(&mut self) -> HashSet<OpId> {
        let mut undone = HashSet::new();
        for change in self.log.iter().rev() {
            if !undone.contains(&change.op) {
                let twice = change.undoes.iter().filter(|change| !undone.insert(**change));
                self.undone_twice.extend(twice);
            }
        }
        undone
    }

    fn undo_since(&mut self, op: OpId) -> Ret {
        let wanted = model_undo::all_since(&self.log, true);
        if wanted.is_empty() {
            return Ret::Refused("nothing_to_undo".to_owned());
        }
        match model_undo::plan(self, &wanted, op) {
            Err("changed_since") => {
                let wanted = model_undo::all_since(&self.log, false);
                let planned = model_undo::plan(self, &wanted, op);
                self.undo(op, wanted, planned)
            }
            planned => self.undo(op, wanted, planned),
        }
    }
}

impl SequentialSpec for Model {
    type Op = Call;
    type Ret = Ret;

    fn invoke(&mut self, Call { id, op }: &Call) -> Ret {
        match op {
            Op::Add { priority } => {
                self.commit(*id, &BTreeMap::from([(*id, Fields::new(*id, *priority))]), Vec::new());
                Ret::Todos(self.see([*id]))
            }
            Op::Edit(edits) => self.edit(*id, edits),
            Op::Delete(handles) => {
                let after = handles.iter().map(|handle| {
                    let todo = self.todos[handle].fields;
                    (*handle, todo.with_status(Status::Deleted, *id))
                });
                self.commit(*id, &after.collect(), Vec::new());
                Ret::Todos(self.see(handles.iter().copied()))
            }
            Op::Filter(filter) => self.filter(*id, filter),
            Op::Undo(change) if !self.log.iter().any(|entry| entry.op == *change) => {
                Ret::Refused("not_found".to_owned())
            }
            Op::Undo(change) if self.undone().contains(change) && !self.undone_twice.contains(change) => {
                Ret::Refused("already_undone".to_owned())
            }
            Op::Undo(change) => {
                let planned = model_undo::plan(self, &[*change], *id);
                self.undo(*id, vec![*change], planned)
            }
            Op::UndoLatest => {
                let undone = self.undone();
                let is_wanted = |entry: &&Arc<Entry>| entry.undoes.is_empty() && !undone.contains(&entry.op);
                match self.log.iter().rev().find(is_wanted).map(|entry| entry.op) {
                    Some(wanted) => {
                        let planned = model_undo::plan(self, &[wanted], *id);
                        self.undo(*id, vec![wanted], planned)
                    }
                    None => Ret::Refused("nothing_to_undo".to_owned()),
                }
            }
            Op::UndoAll => self.undo_since(*id),
            Op::Read(handle) => Ret::Todos(self.see(self.todos.contains_key(handle).then_some(*handle))),
            Op::History => {
                let undone = self.undone();
                Ret::History(self.log.iter().map(|entry| (entry.op, undone.contains(&entry.op))).collect())
            }
        }
    }

    fn is_valid_step(&mut self, call: &Call, ret: &Ret) -> bool {
        if self.is_impossible {
            return false;
        }
        let is_right = match ret {
            // The program gave up, because other requests changed the same todos again and again.
            Ret::Contended => true,
            Ret::Repeated { altered } => {
                matches!(self.invoke(call), Ret::Found { altered: found, .. } if found == *altered)
            }
            Ret::History(changes) => match self.invoke(call) {
                Ret::History(known) => {
                    known.len() == changes.len()
                        && known.iter().zip(changes).all(|(known, change)| {
                            known == change || (known.0 == change.0 && self.undone_twice.contains(&change.0))
                        })
                }
                _ => false,
            },
            Ret::Refused(code) if code == "already_undone" => {
                matches!(call.op, Op::Undo(change) if self.undone().contains(&change) || self.undone_twice.contains(&change))
            }
            ret => self.is_about_present(&call.op) && self.invoke(call) == *ret,
        };
        is_right && !self.is_impossible
    }
}

impl Model {
    /// Whether all todos that the request names exist. If the checker tries a wrong order, a request may name a todo
    /// that only a later request adds.
    fn is_about_present(&self, op: &Op) -> bool {
        match op {
            Op::Edit(edits) => edits.iter().all(|(handle, _)| self.todos.contains_key(handle)),
            Op::Delete(handles) => handles.iter().all(|handle| self.todos.contains_key(handle)),
            _ => true,
        }
    }
}
