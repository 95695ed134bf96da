//! The result of a write, or the reason why the write did not happen.

use std::sync::Arc;

use super::fault::Fault;
use crate::domain::{
    change::{Change, Image},
    difference::Difference,
    lists::Lists,
    refusal::Refusal,
};

/// The result of a write. If a client repeats a request, the server does not execute the request again, but returns the
/// result of the earlier request.
#[derive(Debug, Clone)]
pub struct WriteResult {
    pub change: Change,
    /// The todos before and after the write, in the same order as in the request. Todos that did not change are
    /// included.
    pub images: Vec<Image>,
    /// What the change did to each todo that it altered or added.
    pub differences: Vec<Difference>,
    /// The exceptions among the owner's lists after the write.
    pub lists: Arc<Lists>,
    /// Whether this is the result of an earlier request. If so, `change` is the change that the earlier request made,
    /// and `images` contains the present states of its todos.
    pub replayed: bool,
}

impl WriteResult {
    /// The result of a write that had nothing to change.
    pub(super) fn unchanged(change: Change, images: Vec<Image>, lists: Arc<Lists>) -> Self {
        Self { change, images, differences: Vec::new(), lists, replayed: false }
    }
}

/// Leaves out the todos that a change did not alter. Change records also contain the ids of todos that a change did not
/// alter.
pub(super) fn altered(mut differences: Vec<Difference>) -> Vec<Difference> {
    differences.retain(Difference::is_change);
    differences
}

/// The reason why a write did not happen.
#[derive(Debug)]
pub enum WriteError {
    Refused(Refusal),
    Failed(Fault),
}

impl From<Refusal> for WriteError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Fault> for WriteError {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}
