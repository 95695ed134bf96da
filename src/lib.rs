//! A TODO list that an assistant can be trusted with: one AWS Lambda behind API Gateway, todos in DynamoDB.
//!
//! The layers, from the outside in. Each may use those below it and none above; `tests/architecture` holds that.

pub mod api;
pub mod app;
pub mod config;
pub mod domain;
#[cfg(feature = "cli")]
pub mod local;
pub mod mcp;
pub mod oidc;
pub mod store;
