//! Calculates medians and percentiles of measurements.

use std::time::Duration;

use serde::Serialize;

/// The median and the 99th percentile of durations, in microseconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Spread {
    pub p50: f64,
    pub p99: f64,
}

impl Spread {
    pub fn of(durations: &[Duration]) -> Self {
        let mut sorted: Vec<f64> = durations.iter().map(|duration| duration.as_secs_f64() * 1e6).collect();
        sorted.sort_by(f64::total_cmp);
        Self { p50: percentile(&sorted, 0.50), p99: percentile(&sorted, 0.99) }
    }

    /// Each round has a `p50` and a `p99`. Returns the median of all `p50`, and the median of all `p99`.
    pub fn median(rounds: &[Self]) -> Self {
        Self { p50: median(rounds.iter().map(|round| round.p50)), p99: median(rounds.iter().map(|round| round.p99)) }
    }
}

/// Returns the median of the numbers, or 0 if there are no numbers.
pub fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = numbers.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    percentile(&sorted, 0.50)
}

/// Divides each number in `ones` by the number at the same position in `others`. Returns the median of these ratios.
/// Both numbers were measured at almost the same time, so temporary noise affects both numbers.
pub fn ratio(ones: impl IntoIterator<Item = f64>, others: impl IntoIterator<Item = f64>) -> f64 {
    median(ones.into_iter().zip(others).map(|(one, other)| one / other))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "there are not so many measurements"
)]
fn percentile(sorted: &[f64], part: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * part).round() as usize).copied().unwrap_or_default()
}
