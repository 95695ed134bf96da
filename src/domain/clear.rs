//! The fields that an update clears.

use std::collections::HashSet;

use deserr::Deserr;

use super::{
    input::list::WithoutEmpty,
    invalid::Invalid,
    steps::Steps,
    todo::{Tags, Todo},
    words::words,
};

words! {
    /// A field that an update can clear.
    Clearable { Due = "due", Repeat = "repeat", Notes = "notes", Tags = "tags", Steps = "steps" }
}

/// The fields that an update clears, without duplicates.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserr)]
#[deserr(from(WithoutEmpty<Clearable>) = Clear::of, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct Clear(Vec<Clearable>);

impl Clear {
    fn of(WithoutEmpty(fields): WithoutEmpty<Clearable>) -> Self {
        let mut seen = HashSet::new();
        Self(fields.into_iter().filter(|field| seen.insert(*field)).collect())
    }

    /// The fields.
    pub fn iter(&self) -> impl Iterator<Item = &Clearable> {
        self.0.iter()
    }

    /// Whether the update clears this field.
    pub fn contains(&self, field: Clearable) -> bool {
        self.0.contains(&field)
    }
}

impl Clearable {
    /// Empties the field.
    pub fn empty(self, todo: &mut Todo) {
        match self {
            Self::Due => todo.due = None,
            Self::Repeat => todo.repeat = None,
            Self::Notes => todo.notes = None,
            Self::Tags => todo.tags = Tags::default(),
            Self::Steps => todo.steps = Steps::default(),
        }
    }
}
