//! Checks who sends a request, and refuses requests from foreign web pages.

pub mod caller;
pub mod challenge;
pub mod cookie;
mod credential;
pub mod download;
pub mod origin;
pub mod scope;
