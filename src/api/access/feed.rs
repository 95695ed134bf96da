//! Finds out whose todos a calendar reads. The secret in the path is the only credential of the request, because
//! calendars send no other.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::address;
use crate::{
    api::answer::error::ApiError,
    app::App,
    domain::{address::AddressKind, feed::Feed},
    store::{OwnerStore, Usage},
};

/// The feed at the address of the request, and the store with the todos of its owner.
#[derive(Debug, Clone)]
pub struct Feeding {
    pub feed: Feed,
    pub store: OwnerStore,
}

/// If the secret is wrong, or if the feed has ended, the answer is always the same.
impl FromRequestParts<App> for Feeding {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let usage = parts.extensions.get::<Arc<Usage>>().cloned().unwrap_or_default();
        let secret = address::secret(parts, app, AddressKind::Feed, ".ics").await.ok_or(ApiError::NoSuchCalendar)?;
        let feed = app.store.feed(&secret, &usage).await?.ok_or(ApiError::NoSuchCalendar)?;
        app.store.stamp_feed(&feed, app.clock.now(), &usage).await;
        let store = app.store.of(&feed.owner, None, usage);
        Ok(Self { feed, store })
    }
}
