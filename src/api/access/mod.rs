//! Checks who sends a request, and refuses requests from foreign web pages.

mod address;
pub mod caller;
pub mod challenge;
pub mod cookie;
mod credential;
pub mod download;
pub mod feed;
pub mod origin;
pub mod scope;
