//! Exports everything that belongs to a person. The file docs/EXPORT.md says what each format keeps and loses.

mod calendar;
mod component;
mod content_line;
mod csv;
pub mod document;
mod feed;
mod http;
mod markdown;
mod markdown_text;
mod page;
mod render;
pub mod repetition;
pub mod rrule;
pub mod samples;
mod time_zone;
mod todo_txt;

pub use csv::{COLUMNS, without_guard};
pub use feed::FeedCalendar;
pub use http::routes;
pub use page::Exporting;
pub use render::render;
