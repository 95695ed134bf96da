//! Mistakes that models make. The answer to a mistake must say enough for the model to make the next call right.

mod calls;
mod dates;
mod edits;
mod mistake;
mod others;
mod repetitions;
mod searches;
mod table;
mod texts;
