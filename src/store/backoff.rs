//! How long a write waits before its next attempt.

use std::time::Duration;

use crate::domain::id::ChangeId;

/// The pause before the next attempt: 20 to 40 ms, doubled with each failed attempt. `failed` counts from 1. The id of the
/// change chooses the pause, because two requests have the same id only if they have the same idempotency key.
pub(super) fn pause(failed: u32, id: &ChangeId) -> Duration {
    let spread: u64 =
        id.as_str().bytes().fold(u64::from(failed), |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)))
            % 20;
    Duration::from_millis((20 + spread) << (failed - 1))
}
