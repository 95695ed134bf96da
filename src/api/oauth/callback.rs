//! `GET /oauth/callback`: the person comes back from the OpenID provider.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    Front,
    authorize::{Target, callback, found},
    browser::Browser,
    parameters::Parameters,
    stop::Stop,
};
use crate::{
    api::lambda::gateway::BaseUrl,
    app::App,
    domain::sign_in::{SignIn, SignedIn},
    oidc::Return,
    store::{Decision, Usage},
};

const KNOWN: [&str; 4] = ["code", "state", "error", "iss"];

/// Finds out who the person is, and sends the browser to the consent page. The address of the consent page contains no
/// code, so the person can load the consent page again.
pub async fn get_callback(
    State(app): State<App>,
    Extension(front): Extension<Front>,
    Extension(usage): Extension<Arc<Usage>>,
    BaseUrl(base_url): BaseUrl,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let query = query.unwrap_or_default();
    let sent = Parameters::read(query.as_bytes(), &KNOWN).map_err(Stop::request)?;
    let id = sent.get("state").unwrap_or_default();
    let (browser, sign_in) = under_way(id, &headers, &base_url, &app, &usage).await?;
    if sign_in.person.is_none() {
        front.0.check_issuer(sent.get("iss"), app.clock.now(), usage.request_id()).await?;
        let Some(code) = sent.get("code") else {
            return given_up(&sign_in, sent.get("error"), &base_url, &app, &usage).await;
        };
        let back =
            Return { code, redirect_uri: &callback(&base_url), nonce: &browser.nonce(), verifier: &browser.verifier() };
        let person = front.0.person(&back, app.clock.now(), usage.request_id()).await?;
        if !front.oauth().people.include(person.verified_email.as_deref()) {
            return Err(Stop::not_invited(&person.shown).or_as_somebody_else(id, &base_url));
        }
        if app.store.is_blocked(&person.owner, &usage).await? {
            return Err(Stop::blocked().or_as_somebody_else(id, &base_url));
        }
        let person = SignedIn { owner: person.owner, shown: person.shown };
        if !app.store.set_person(&sign_in.hash, Some(&person), &usage).await? {
            return Err(Stop::decided());
        }
    }
    let consent = format!("{base_url}/oauth/consent?request={id}");
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, consent)]).into_response())
}

/// The sign-in with this id. `None` if this browser may not continue the sign-in, or if the person has already decided.
pub async fn under_way(
    id: &str,
    headers: &HeaderMap,
    base_url: &str,
    app: &App,
    usage: &Usage,
) -> Result<(Browser, SignIn), Stop> {
    let (browser, sign_in) = begun(id, headers, base_url, app, usage).await?;
    if sign_in.decided { Err(Stop::decided()) } else { Ok((browser, sign_in)) }
}

/// The sign-in with this id, if the sign-in began in this browser. The person may already have decided.
pub async fn begun(
    id: &str,
    headers: &HeaderMap,
    base_url: &str,
    app: &App,
    usage: &Usage,
) -> Result<(Browser, SignIn), Stop> {
    let browser = Browser::of(id, headers, base_url).ok_or_else(Stop::other_browser)?;
    let sign_in = app.store.sign_in(&browser.hash(), app.clock.now(), usage).await?.ok_or_else(Stop::expired)?;
    if sign_in.browser != browser.cookie_hash() {
        return Err(Stop::other_browser());
    }
    Ok((browser, sign_in))
}

/// The person did not sign in at the provider. The program gets an error.
async fn given_up(
    sign_in: &SignIn,
    error: Option<&str>,
    base_url: &str,
    app: &App,
    usage: &Usage,
) -> Result<Response, Stop> {
    let target = Target { redirect_uri: &sign_in.redirect_uri, state: sign_in.state.as_deref(), base_url };
    let address = match error {
        Some("access_denied") => target.error("access_denied", "The person did not sign in."),
        Some("temporarily_unavailable") => {
            target.error("temporarily_unavailable", "The sign-in service is not available.")
        }
        _ => target.error("server_error", "The sign-in service answered with an error."),
    };
    app.store.decide(sign_in, Decision::Deny, app.clock.now(), usage).await?;
    Ok(found(&address))
}
