//! Tests of repetitions: their dates, and a comparison with an independent library.

mod dates;
mod rules;
