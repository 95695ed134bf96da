//! Finds out whose todos a request reads or changes.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::{
    credential::{self, Credential},
    origin::refuse_other_sites,
};
use crate::{
    api::answer::error::ApiError,
    app::App,
    config::Auth,
    domain::{credential::CredentialId, owner::Owner},
    oidc::Refused,
    store::{OwnerStore, Usage},
};

/// The owner whose todos a request reads or changes, and the store with these todos. A handler with a `Caller` argument
/// never runs for an unknown caller. The server checks the caller before it reads the body of a request. So the server
/// does not read the body of an anonymous request. If an MCP request runs an operation, the operation has the same
/// caller as the MCP request. `Caller` also refuses requests that a browser sends for web pages of other sites.
#[derive(Debug, Clone)]
pub struct Caller {
    pub owner: Owner,
    pub store: OwnerStore,
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        refuse_other_sites(parts)?;
        let usage = parts.extensions.get::<Arc<Usage>>().cloned().unwrap_or_default();
        let owner = match &app.config.auth {
            Auth::None(owner) => owner.clone(),
            Auth::ApiKey | Auth::OAuth(_) => known(credential::sent(&parts.headers)?, app, &usage).await?,
        };
        let store = app.store.of(&owner, usage);
        let caller = Self { owner, store };
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }
}

/// Looks up the owner of a credential.
async fn known(credential: Credential<'_>, app: &App, usage: &Usage) -> Result<Owner, ApiError> {
    let now = app.clock.now();
    match credential {
        Credential::Key(key) => {
            let record = app.store.key(&key.hash(), now, usage).await?;
            let record = record.filter(|record| record.is_valid(now)).ok_or(ApiError::BadCredential)?;
            app.store.stamp_use(&record, now, usage).await;
            usage.came_through(CredentialId::of_key(&record));
            Ok(record.owner)
        }
        Credential::Token(token) => {
            let provider = app.provider.as_ref().ok_or(ApiError::BadCredential)?;
            let owner = provider.owner(token, now, usage.request_id()).await.map_err(|refused| match refused {
                Refused::Invalid => ApiError::BadCredential,
                Refused::Scope => ApiError::InsufficientScope,
                Refused::Unknown(outage) => ApiError::NoProvider(outage),
            })?;
            usage.came_through(CredentialId::of_token(token));
            Ok(owner)
        }
    }
}
