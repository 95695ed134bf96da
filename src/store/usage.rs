//! Counts what one request costs in DynamoDB, and remembers the id of the request.

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};

use aws_sdk_dynamodb::types::ConsumedCapacity;

use crate::domain::credential::CredentialId;

/// Counts the calls to DynamoDB, and the capacity units that these calls consume. Each request has its own counter.
#[derive(Debug, Default)]
pub struct Usage {
    request_id: String,
    calls: AtomicU64,
    /// The number of consumed read units, multiplied by 10. For example, 5 means half a read unit. An eventually
    /// consistent read may consume only half a unit, so whole units would not be exact enough.
    read_tenths: AtomicU64,
    write_tenths: AtomicU64,
    replay: AtomicBool,
    drafts: AtomicU64,
    finished: AtomicU64,
    credential: OnceLock<CredentialId>,
}

impl Usage {
    /// Makes the counter for the request with this id.
    pub fn of(request_id: String) -> Self {
        Self { request_id, ..Self::default() }
    }

    /// The id of the request. Every line of the log about the request contains this id.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The credential of the request. `None` if the request has no valid credential.
    pub fn credential(&self) -> Option<&CredentialId> {
        self.credential.get()
    }

    /// Remembers the credential of the request. A request has only one credential, so a second call has no effect.
    pub fn came_through(&self, credential: CredentialId) {
        drop(self.credential.set(credential));
    }

    /// The number of calls so far. A call counts only once, even if the SDK retries the call.
    pub fn calls(&self) -> u64 {
        self.calls.load(Relaxed)
    }

    /// The read capacity units that the request has consumed so far.
    pub fn read_units(&self) -> f64 {
        units(&self.read_tenths)
    }

    /// The write capacity units that the request has consumed so far, including the units of the index.
    pub fn write_units(&self) -> f64 {
        units(&self.write_tenths)
    }

    /// Whether the answer is the result of an earlier request with the same idempotency key.
    pub fn is_replay(&self) -> bool {
        self.replay.load(Relaxed)
    }

    pub(super) fn replayed(&self) {
        self.replay.store(true, Relaxed);
    }

    /// The number of changes of other requests that this request has finished so far.
    pub fn finished(&self) -> u64 {
        self.finished.load(Relaxed)
    }

    pub(super) fn has_finished(&self) {
        self.finished.fetch_add(1, Relaxed);
    }

    /// The number of the next draft of this request.
    pub(super) fn next_draft(&self) -> u64 {
        self.drafts.fetch_add(1, Relaxed)
    }

    pub(super) fn called(&self) {
        self.calls.fetch_add(1, Relaxed);
    }

    pub(super) fn read(&self, consumed: Option<&[ConsumedCapacity]>) {
        self.read_tenths.fetch_add(tenths(consumed), Relaxed);
    }

    pub(super) fn wrote(&self, consumed: Option<&[ConsumedCapacity]>) {
        self.write_tenths.fetch_add(tenths(consumed), Relaxed);
    }
}

fn units(tenths: &AtomicU64) -> f64 {
    tenths.load(Relaxed) as f64 / 10.0
}

fn tenths(consumed: Option<&[ConsumedCapacity]>) -> u64 {
    let units: f64 = consumed.unwrap_or_default().iter().filter_map(ConsumedCapacity::capacity_units).sum();
    (units * 10.0).round() as u64
}
