//! Todos, and the rules for changes to todos. The layer `domain` uses no clock, no random numbers, no storage and no
//! HTTP.

pub mod api_key;
pub mod by;
pub mod change;
pub mod client;
pub mod credential;
pub mod difference;
pub mod due;
pub mod edit;
pub mod grant;
pub mod id;
pub mod idempotency;
pub mod input;
pub mod invalid;
pub mod limits;
pub mod moment;
pub mod owner;
pub mod plan;
pub mod program;
pub mod provider;
pub mod refresh;
pub mod refusal;
pub mod repeat;
pub mod scope;
pub mod search;
pub mod secret;
pub mod settings;
pub mod sign_in;
pub mod steps;
pub mod text;
pub mod todo;
pub mod token;
pub mod undo;
pub mod unicode;
pub mod values;
pub(crate) mod words;
