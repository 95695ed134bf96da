//! Reads the requests that a person's browser sends during a sign-in.

use std::sync::Arc;

use axum::{
    Extension,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{AppendHeaders, IntoResponse, Response},
};
use jiff::Timestamp;

use super::{
    Front,
    browser::{Browser, challenge_of},
    stop::Stop,
};
use crate::{
    api::{answer::error::ApiError, lambda::gateway::BaseUrl},
    app::App,
    domain::{
        program::Program,
        scope::Scope,
        sign_in::{SIGN_IN_LASTS, SignIn},
    },
    oidc,
    store::Usage,
};

/// What every page of a sign-in needs.
pub struct Visit {
    pub app: App,
    pub front: Front,
    pub usage: Arc<Usage>,
    /// The address of this deployment, which is also the issuer of this service (RFC 9207).
    pub base_url: String,
    headers: HeaderMap,
}

impl FromRequestParts<App> for Visit {
    type Rejection = axum::response::Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let extension = Extension::<Front>::from_request_parts(parts, app).await;
        let Extension(front) = extension.map_err(IntoResponse::into_response)?;
        let usage = Extension::<Arc<Usage>>::from_request_parts(parts, app).await;
        let Extension(usage) = usage.map_err(IntoResponse::into_response)?;
        let base_url = BaseUrl::from_request_parts(parts, app).await;
        let BaseUrl(base_url) = base_url.map_err(ApiError::into_response)?;
        Ok(Self { app: app.clone(), front, usage, base_url, headers: parts.headers.clone() })
    }
}

impl Visit {
    pub fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    /// Begins a sign-in for this program, and sends the browser to the provider. `state` and `challenge` are what the
    /// program has sent (RFC 6749, section 4.1.1; RFC 7636).
    pub async fn begin(
        &self,
        program: Program,
        redirect_uri: String,
        scope: Scope,
        state: Option<&str>,
        challenge: Option<&str>,
    ) -> Result<Response, Stop> {
        let browser = Browser::new(self.app.ids.secret(), self.app.ids.secret());
        let sign_in = SignIn {
            hash: browser.hash(),
            browser: browser.cookie_hash(),
            program,
            redirect_uri,
            state: state.map(str::to_owned),
            challenge: challenge.map(str::to_owned),
            scope,
            valid_until: self.now() + SIGN_IN_LASTS,
            person: None,
            decided: false,
        };
        let to_provider = self.address_of_provider(&browser, false).await?;
        self.app.store.add_sign_in(&sign_in, &self.usage).await?;
        let cookie = AppendHeaders(browser.set_cookie(&self.base_url).map(|cookie| (header::SET_COOKIE, cookie)));
        Ok((cookie, found(&to_provider)).into_response())
    }

    /// The sign-in with this id, if this browser may continue it, and if the person has not decided yet.
    pub async fn under_way(&self, id: &str) -> Result<(Browser, SignIn), Stop> {
        let (browser, sign_in) = self.begun(id).await?;
        if sign_in.decided { Err(Stop::decided()) } else { Ok((browser, sign_in)) }
    }

    /// The sign-in with this id, if the sign-in began in this browser. Perhaps the person has already decided.
    pub async fn begun(&self, id: &str) -> Result<(Browser, SignIn), Stop> {
        let browser = Browser::of(id, &self.headers, &self.base_url).ok_or_else(Stop::other_browser)?;
        let sign_in = self.app.store.sign_in(&browser.hash(), self.now(), &self.usage).await?;
        let sign_in = sign_in.ok_or_else(Stop::expired)?;
        if sign_in.browser != browser.cookie_hash() {
            return Err(Stop::other_browser());
        }
        Ok((browser, sign_in))
    }

    /// The address of the provider where the person signs in. If `other_person` is true, the provider lets the person
    /// choose another account.
    pub async fn address_of_provider(&self, browser: &Browser, other_person: bool) -> Result<String, Stop> {
        let sign_in = oidc::SignIn {
            redirect_uri: &self.callback(),
            state: &browser.id,
            nonce: &browser.nonce(),
            challenge: &challenge_of(&browser.verifier()),
            other_person,
        };
        let address = self.front.0.sign_in_address(&sign_in, self.now(), self.usage.request_id()).await;
        address.map_err(Stop::outage)
    }

    /// The redirect URI that this service gives to the provider.
    pub fn callback(&self) -> String {
        format!("{}/oauth/callback", self.base_url)
    }
}

/// Sends the browser to this address.
pub fn found(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        Err(_) => Stop::redirect_uri().into_response(),
    }
}
