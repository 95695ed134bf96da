//! Mistakes that models make. From the answer to a mistake, a model must be able to make the next call right.

mod calls;
mod dates;
mod edits;
mod mistake;
mod others;
mod repetitions;
mod searches;
mod table;
mod texts;
