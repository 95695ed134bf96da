//! Finds out whose export a person downloads. The secret in the path is the credential of the request.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::{address, caller::Caller, credential};
use crate::{
    api::{answer::error::ApiError, lambda::gateway},
    app::App,
    domain::{address::AddressKind, download::Download},
    store::{OwnerStore, Usage},
};

/// The export at the address of the request, and the store with the data of its owner. The person can still use the
/// address after this step.
#[derive(Debug, Clone)]
pub struct Downloading {
    pub download: Download,
    pub store: OwnerStore,
}

/// If the secret is wrong, used, expired or made for another deployment, the answer is always the same. If the request
/// also has an API key or an access token, this credential must belong to the same person.
impl FromRequestParts<App> for Downloading {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        // A browser may load an address before the person opens it. Such an early request must not use the address up.
        if ["sec-purpose", "purpose"].iter().any(|name| parts.headers.contains_key(*name)) {
            return Err(ApiError::NoSuchDownload);
        }
        let usage = parts.extensions.get::<Arc<Usage>>().cloned().unwrap_or_default();
        let secret = address::secret(parts, app, AddressKind::Download, "").await.ok_or(ApiError::NoSuchDownload)?;
        let here = gateway::base_url(&app.config, &parts.extensions);
        let download = app.store.download(&secret, app.clock.now(), &usage).await?;
        let download = download.filter(|download| here.as_ref() == Some(&download.resource));
        let download = download.ok_or(ApiError::NoSuchDownload)?;
        if credential::is_sent(&parts.headers) {
            let caller = Caller::from_request_parts(parts, app).await?;
            if caller.owner != download.owner {
                return Err(ApiError::NoSuchDownload);
            }
        }
        let store = app.store.of(&download.owner, None, usage);
        Ok(Self { download, store })
    }
}
