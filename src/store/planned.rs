//! Plans a write. If no transaction checks the plan, this file confirms that the plan fits the table.

use jiff::Timestamp;

use super::{
    OwnerStore,
    item::Item,
    write_request::{Snapshot, WriteRequest},
    write_result::WriteError,
};
use crate::domain::{plan::Plan, refusal::Refusal};

/// If the plan depends on all changes of the owner, any change makes the plan out of date. Then the store plans the
/// write again at most this number of times.
pub(super) const REPLANS_OF_ALL: u32 = 12;

/// The plan for a request, or the reason why there is no plan.
#[expect(clippy::large_enum_variant, reason = "almost every request has a plan, and a box would cost an allocation")]
pub(super) enum Planned {
    Plan(Plan),
    Refused(Refusal),
    /// An earlier request with the same idempotency key has written this change record.
    Exists(Item),
}

impl Planned {
    fn of(plan: Result<Plan, Refusal>) -> Self {
        plan.map_or_else(Self::Refused, Self::Plan)
    }

    /// Whether no transaction checks the todos of the plan. An undo always has a transaction, because it marks the
    /// undone change.
    fn is_without_transaction(&self, request: &WriteRequest) -> bool {
        match self {
            Self::Plan(plan) => plan.is_empty() && request.undo.changes.is_empty(),
            Self::Refused(_) => true,
            Self::Exists(_) => false,
        }
    }
}

impl OwnerStore {
    /// Plans the write. If no transaction checks the plan, this function reads the data again to confirm the plan.
    pub(super) async fn planned(
        &self,
        request: &WriteRequest,
        snapshot: &mut Snapshot,
        clock: &impl Fn() -> Timestamp,
        plan: &impl Fn(&Snapshot) -> Result<Plan, Refusal>,
    ) -> Result<Planned, WriteError> {
        let planned = Planned::of(plan(snapshot));
        if !request.needs.are_several() || !planned.is_without_transaction(request) {
            return Ok(planned);
        }
        // A boxed future keeps the futures of all other writes small.
        Box::pin(self.confirmed(request, planned, snapshot, clock, plan)).await
    }

    /// Reads the data of the plan again, until two reads give the same plan. DynamoDB does not read several items at
    /// the same moment. Usually, a transaction checks that the plan fits the table. But if the plan refuses the request
    /// or changes nothing, there is no transaction. If two reads are equal, all these todos existed together at a
    /// moment between the two reads.
    async fn confirmed(
        &self,
        request: &WriteRequest,
        mut planned: Planned,
        snapshot: &mut Snapshot,
        clock: &impl Fn() -> Timestamp,
        plan: &impl Fn(&Snapshot) -> Result<Plan, Refusal>,
    ) -> Result<Planned, WriteError> {
        for _ in 0..REPLANS_OF_ALL {
            // The store reads the selected todos after the head. So if the head has not changed, the selected todos
            // have not changed either.
            let selects = request.needs.depends_on_all();
            if selects && self.head(snapshot.now).await?.sequence == snapshot.latest.unwrap_or_default() {
                return Ok(planned);
            }
            let before = snapshot.versions();
            if let Some(record) = self.read(request, snapshot).await? {
                return Ok(Planned::Exists(record));
            }
            snapshot.now = clock();
            if !selects && snapshot.versions() == before {
                return Ok(planned);
            }
            planned = Planned::of(plan(snapshot));
            if !planned.is_without_transaction(request) {
                return Ok(planned);
            }
        }
        Err(snapshot.contended(&request.needs).into())
    }
}
