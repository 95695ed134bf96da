//! Finds out whose todos a request reads or changes.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{Extensions, request::Parts},
};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    credential::{self, Credential},
    origin::refuse_other_sites,
    scope::needed,
};
use crate::{
    api::{answer::error::ApiError, lambda::gateway},
    app::App,
    config::Auth,
    domain::{
        credential::{CredentialId, StoredCredential},
        owner::Owner,
        scope::Scope,
    },
    store::{OwnerStore, Usage},
};

/// The owner whose todos a request reads or changes, and the store with these todos. A handler with a `Caller` argument
/// never runs for an unknown caller, and never changes anything for a caller that may only read. The server checks the
/// caller before it reads the body of a request. So the server does not read the body of an anonymous request. If an
/// MCP request runs an operation, the operation has the same caller as the MCP request. `Caller` also refuses requests
/// that a browser sends for web pages of other sites.
#[derive(Debug, Clone)]
pub struct Caller {
    pub owner: Owner,
    pub store: OwnerStore,
    scope: Scope,
    /// When the person gave the access to the program. `None` if the request has no access token.
    granted_at: Option<Timestamp>,
}

/// Access is recent if the person gave it at most this long ago.
const RECENT: SignedDuration = SignedDuration::from_mins(10);

/// A caller whose scope nobody has checked yet. The MCP endpoint needs only a known caller. Each tool call becomes a
/// request with its own method, and the scope is checked for this request.
#[derive(Debug)]
pub struct AnyCaller;

impl Caller {
    /// The person's time zone, as this instance has read it most recently. Another instance may have changed it. In
    /// this case, the times of an answer have the UTC offset of the old time zone, but they name the same moments.
    pub fn zone(&self, app: &App) -> TimeZone {
        self.store.last_settings().zone(&app.config.time_zone)
    }

    /// Whether the person may erase everything with this credential. A program may erase everything only if the person
    /// gave the access recently.
    pub fn has_recent_consent(&self, now: Timestamp) -> bool {
        self.granted_at.is_none_or(|at| now.duration_since(at) <= RECENT)
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let caller = caller(parts, app).await?;
        if caller.scope.allows(needed(&parts.method)) { Ok(caller) } else { Err(ApiError::InsufficientScope) }
    }
}

impl FromRequestParts<App> for AnyCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        caller(parts, app).await.map(|_| Self)
    }
}

async fn caller(parts: &mut Parts, app: &App) -> Result<Caller, ApiError> {
    if let Some(known) = parts.extensions.get::<Caller>() {
        return Ok(known.clone());
    }
    refuse_other_sites(parts)?;
    let usage = parts.extensions.get::<Arc<Usage>>().cloned().unwrap_or_default();
    let Known { owner, scope, credential, granted_at } = match &app.config.auth {
        Auth::None(owner) => Known { owner: owner.clone(), scope: Scope::Full, credential: None, granted_at: None },
        Auth::ApiKey | Auth::OAuth(_) => {
            let base_url = || gateway::base_url(&app.config, &parts.extensions);
            known(credential::sent(&parts.headers, base_url)?, app, &parts.extensions, &usage).await?
        }
    };
    let store = app.store.of(&owner, credential.as_ref(), usage);
    let caller = Caller { owner, store, scope, granted_at };
    parts.extensions.insert(caller.clone());
    Ok(caller)
}

/// What the program knows about a caller.
struct Known {
    owner: Owner,
    scope: Scope,
    credential: Option<StoredCredential>,
    granted_at: Option<Timestamp>,
}

/// Looks up the owner of a credential, the scope of the credential, and its record in the table.
async fn known(credential: Credential, app: &App, extensions: &Extensions, usage: &Usage) -> Result<Known, ApiError> {
    let now = app.clock.now();
    match credential {
        Credential::Key(key) => {
            let record = app.store.key(&key.hash(), now, usage).await?;
            let record = record.filter(|record| record.is_valid(now)).ok_or(ApiError::BadCredential)?;
            app.store.stamp_use(&record, now, usage).await;
            usage.came_through(CredentialId::of_key(&record));
            let credential = Some(StoredCredential::Key(record.hash));
            Ok(Known { owner: record.owner, scope: Scope::Full, credential, granted_at: None })
        }
        Credential::Token(token) => {
            let Auth::OAuth(_) = &app.config.auth else { return Err(ApiError::BadCredential) };
            let access = app.store.access(&token, now, usage).await?;
            // A token is valid only at the address for which the person has allowed the access (RFC 8707).
            let here = gateway::base_url(&app.config, extensions);
            let access = access.filter(|access| now < access.valid_until && here.as_ref() == Some(&access.resource));
            let access = access.ok_or(ApiError::BadCredential)?;
            app.store.stamp_access(&access, now, usage).await;
            usage.came_through(access.credential);
            let credential = Some(StoredCredential::Grant(access.grant));
            Ok(Known { owner: access.owner, scope: access.scope, credential, granted_at: Some(access.granted_at) })
        }
    }
}
