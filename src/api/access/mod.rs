//! Access: the caller, the credential, the challenge for an unknown caller, and the refusal of foreign web pages.

pub mod caller;
pub mod challenge;
mod credential;
pub mod origin;
