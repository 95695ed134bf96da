//! Tests of repetitions: their dates, a comparison with an independent library, and moved and skipped todos of a
//! series.

mod dates;
mod rules;
mod series;
