//! A TODO list that an assistant can be trusted with: one AWS Lambda behind API Gateway, todos in DynamoDB.
//!
//! The layers, from the outside in: mcp, api, app, oidc, local, store, config, domain, tls. A layer uses only
//! layers that come later in this list. `tests/architecture/rule.rs` says which layers each layer may use.

pub mod api;
pub mod app;
pub mod config;
pub mod domain;
#[cfg(feature = "cli")]
pub mod local;
pub mod mcp;
pub mod oidc;
pub mod store;
pub mod tls;
