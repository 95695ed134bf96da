//! Who is asking.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::{credential::sent_key, error::ApiError};
use crate::{
    app::App,
    config::Auth,
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

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let usage = parts.extensions.get::<Arc<Usage>>().cloned().unwrap_or_default();
        let owner = match &app.config.auth {
            Auth::None(owner) => owner.clone(),
            Auth::ApiKey => {
                let hash = sent_key(&parts.headers)?.hash();
                let now = app.clock.now();
                let record = app.store.key(&hash, now, &usage).await?;
                record.filter(|record| record.is_valid(now)).ok_or(ApiError::BadCredential)?.owner
            }
        };
        let store = app.store.of(&owner, usage);
        Ok(Self { owner, store })
    }
}
