//! A TODO list service for AI assistants. The service is one AWS Lambda function behind API Gateway, and stores the
//! todos in DynamoDB.
//!
//! The layers, from the outside in: mcp, api, app, oidc, local, store, config, domain, tls.
//! A layer uses only layers that come later in this list. The exact rules are in `tests/architecture/rule.rs`.

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
