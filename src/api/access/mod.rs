//! Checks who sends a request, and refuses requests from foreign web pages.

pub mod caller;
pub mod challenge;
mod credential;
pub mod download;
pub mod origin;
pub mod scope;
