//! Who asks: the caller, by which credential, what a stranger is told, and which web pages are refused.

pub mod caller;
pub mod challenge;
mod credential;
pub mod origin;
