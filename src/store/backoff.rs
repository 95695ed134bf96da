//! How long a write waits before its next attempt.

use std::time::Duration;

use crate::domain::id::ChangeId;

/// The program doubles the pause at most this number of times.
const LONGEST: u32 = 4;

/// The pause before the next attempt. The first pause is 20 to 40 ms long. Each further pause is about twice as long as
/// the preceding pause. The longest pause is 320 to 640 ms long. The argument `failed` is the number of failed
/// attempts, and is at least 1. The length of a pause depends on the id of the change. So two different requests
/// usually wait for different times.
pub(super) fn pause(failed: u32, id: &ChangeId) -> Duration {
    let spread: u64 =
        id.as_str().bytes().fold(u64::from(failed), |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)))
            % 20;
    Duration::from_millis((20 + spread) << (failed - 1).min(LONGEST))
}
