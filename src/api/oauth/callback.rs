//! `GET /oauth/callback`: the person comes back from the OpenID provider.

use axum::{
    extract::RawQuery,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{authorize::Target, own_page, parameters::Parameters, stop::Stop, visit::Visit};
use crate::{
    domain::{
        program::Place,
        sign_in::{SignIn, SignedIn},
    },
    oidc::Return,
    store::Decision,
};

const KNOWN: [&str; 4] = ["code", "state", "error", "iss"];

/// Finds out who the person is, and sends the browser to the consent page. The address of the consent page contains no
/// code, so the person can load the consent page again.
pub async fn get_callback(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Stop> {
    let Visit { app, front, usage, base_url, .. } = &visit;
    let query = query.unwrap_or_default();
    let sent = Parameters::read(query.as_bytes(), &KNOWN).map_err(Stop::request)?;
    let id = sent.get("state").unwrap_or_default();
    let (browser, mut sign_in) = visit.begun(id).await?;
    let is_page = sign_in.program.place == Place::Page;
    if sign_in.decided && !is_page {
        return Err(Stop::decided());
    }
    if sign_in.person.is_none() {
        front.0.check_issuer(sent.get("iss"), visit.now(), usage.request_id()).await?;
        let Some(code) = sent.get("code") else {
            return given_up(&visit, &sign_in, sent.get("error")).await;
        };
        let stored = match front.oauth().client_secret {
            Some(_) => None,
            None => app.store.provider_secret(usage).await?,
        };
        let back = Return {
            code,
            redirect_uri: &visit.callback(),
            nonce: &browser.nonce(),
            verifier: &browser.verifier(),
            secret: front.oauth().client_secret.as_ref().or(stored.as_ref()),
        };
        let person = front.0.person(&back, visit.now(), usage.request_id()).await?;
        if !front.oauth().people.include(person.verified_email.as_deref()) {
            return Err(Stop::not_invited(&person.shown).or_as_somebody_else(id, base_url));
        }
        if app.store.is_blocked(&person.owner, usage).await? {
            return Err(Stop::blocked().or_as_somebody_else(id, base_url));
        }
        let person = SignedIn { owner: person.owner, shown: person.shown };
        if !app.store.set_person(&sign_in, Some(&person), usage).await? {
            return Err(Stop::decided());
        }
        sign_in.person = Some(person);
    }
    if let Some(person) = sign_in.person.as_ref().filter(|_| is_page) {
        return own_page::open(&visit, &browser, &sign_in, person).await;
    }
    let consent = format!("{base_url}/oauth/consent?request={id}");
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, consent)]).into_response())
}

/// The person did not sign in at the provider. The program gets an error, or the person sees a page.
async fn given_up(visit: &Visit, sign_in: &SignIn, error: Option<&str>) -> Result<Response, Stop> {
    let base_url = &visit.base_url;
    let target = Target { redirect_uri: &sign_in.redirect_uri, state: sign_in.state.as_deref(), base_url };
    let told = match error {
        Some("access_denied") => ("access_denied", "The person did not sign in."),
        Some("temporarily_unavailable") => ("temporarily_unavailable", "The sign-in service is not available."),
        _ => ("server_error", "The sign-in service answered with an error."),
    };
    visit.app.store.decide(sign_in, Decision::Deny, visit.now(), &visit.usage).await?;
    if sign_in.program.place == Place::Page {
        return Ok(own_page::given_up(sign_in));
    }
    target.refuse(told, &sign_in.program, visit.front.oauth()).map_err(Stop::no_sign_in)
}
