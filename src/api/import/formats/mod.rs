//! One reader for each format.

pub mod icalendar;
pub mod markdown;
pub mod microsoft;
pub mod own;
pub mod own_csv;
pub mod takeout;
pub mod todo_txt;

mod html;
mod json;
mod lines;
mod own_exports;
mod times;
mod windows_zones;
mod words;
