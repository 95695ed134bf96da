//! Who is asking.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::error::ApiError;
use crate::{
    app::App,
    domain::owner::Owner,
    store::{OwnerStore, Usage},
};

/// The person whose todos a request is about, and the only way to them. A handler that takes a `Caller` is never run
/// for somebody unknown; taken before the body, an anonymous request is refused before its body is looked at.
#[derive(Debug)]
pub struct Caller {
    pub owner: Owner,
    pub store: OwnerStore,
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    /// Every request belongs to the configured owner.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let usage = parts.extensions.get::<Arc<Usage>>().cloned().unwrap_or_default();
        let owner = app.config.owner.clone();
        let store = app.store.of(&owner, usage);
        Ok(Self { owner, store })
    }
}
