//! One reader for each format.

pub mod ticktick;
pub mod todoist;
