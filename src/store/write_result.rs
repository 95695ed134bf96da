//! What a write has done, or why it has not.

use super::fault::Fault;
use crate::domain::{
    change::{Change, Image},
    refusal::Refusal,
};

/// A write that happened, now or when the same request first came.
#[derive(Debug, Clone)]
pub struct WriteResult {
    pub change: Change,
    /// The todos before and after, in the order of the request; those that stayed as they were included.
    pub images: Vec<Image>,
    /// Whether this is the result of an earlier request: as it was recorded for the same key, or as it is now for a
    /// repetition without a key.
    pub replayed: bool,
}

/// Why a write did not happen.
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
