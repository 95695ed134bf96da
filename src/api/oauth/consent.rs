//! `/oauth/consent`: the person decides whether the program gets access. There is no sign-in without this decision,
//! because every program may send every person to this service.

use std::sync::Arc;

use axum::{
    Extension,
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use jiff::tz::TimeZone;

use super::{
    Front,
    authorize::{Target, address_of_provider},
    callback::under_way,
    metadata::path_of,
    page::{self, Consent},
    parameters::Parameters,
    stop::Stop,
};
use crate::{
    api::{access::origin::OwnSite, lambda::gateway::BaseUrl},
    app::App,
    domain::{
        grant::Grant,
        program::Place,
        sign_in::{SignIn, SignedIn},
        token::GrantId,
    },
    store::{Decision, Usage},
};

const KNOWN: [&str; 3] = ["request", "form_token", "decision"];

/// `GET /oauth/consent` shows the page.
pub async fn get_consent(
    State(app): State<App>,
    Extension(front): Extension<Front>,
    Extension(usage): Extension<Arc<Usage>>,
    BaseUrl(base_url): BaseUrl,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let query = query.unwrap_or_default();
    let sent = Parameters::read(query.as_bytes(), &KNOWN).map_err(Stop::request)?;
    let id = sent.get("request").unwrap_or_default();
    let (browser, sign_in) = under_way(id, &headers, &base_url, &app, &usage).await?;
    let person = sign_in.person.as_ref().ok_or_else(Stop::expired)?;
    let zone = TimeZone::UTC;
    let known = matches!(sign_in.program.place, Place::Known(_));
    let before = if known { app.store.programs(&person.owner, app.clock.now(), &usage).await? } else { Vec::new() };
    let same = before
        .iter()
        .rfind(|program| program.client == sign_in.program.client && program.place == sign_in.program.place);
    Ok(page::consent(&Consent {
        request: id,
        form_token: &browser.form_token(&person.owner),
        person: &person.shown,
        program: &sign_in.program.name,
        place: &sign_in.program.place,
        scope: sign_in.scope,
        allowed_before: same.map(|program| program.created_at.to_zoned(zone).date()),
        idle_days: front.oauth().idle_days,
        base_path: &path_of(&base_url),
    }))
}

/// `POST /oauth/consent` takes the decision of the person.
pub async fn post_consent(
    State(app): State<App>,
    Extension(front): Extension<Front>,
    Extension(usage): Extension<Arc<Usage>>,
    BaseUrl(base_url): BaseUrl,
    _: OwnSite,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Stop> {
    let sent = Parameters::read(&body, &KNOWN).map_err(Stop::request)?;
    let id = sent.get("request").unwrap_or_default();
    let (browser, sign_in) = under_way(id, &headers, &base_url, &app, &usage).await?;
    let person = sign_in.person.as_ref().ok_or_else(Stop::expired)?;
    if sent.get("form_token") != Some(&browser.form_token(&person.owner)) {
        return Err(Stop::other_page());
    }
    let target = Target { redirect_uri: &sign_in.redirect_uri, state: sign_in.state.as_deref(), base_url: &base_url };
    let (address, allowed) = match sent.get("decision") {
        Some("switch") => {
            let address = address_of_provider(&front, &browser, &base_url, true, &app, &usage).await?;
            app.store.set_person(&sign_in.hash, None, &usage).await?;
            return Ok(page::goes_to_provider(&address));
        }
        Some("allow") => (target.code(&allow(&sign_in, person, &base_url, &app, &usage).await?), true),
        Some("deny") => {
            if !app.store.decide(&sign_in, Decision::Deny, app.clock.now(), &usage).await? {
                return Err(Stop::decided());
            }
            (target.error("access_denied", "The person denied the access."), false)
        }
        _ => return Err(Stop::request("The form has no decision.")),
    };
    let forget = AppendHeaders(browser.remove_cookie(&base_url).map(|cookie| (header::SET_COOKIE, cookie)));
    Ok((forget, page::goes_on(&address, allowed, &sign_in.program.name)).into_response())
}

/// Stores the access, and returns the code for the program.
async fn allow(sign_in: &SignIn, person: &SignedIn, base_url: &str, app: &App, usage: &Usage) -> Result<String, Stop> {
    let now = app.clock.now();
    let (grant, code) = Grant::new(
        GrantId::from_random(app.ids.secret()),
        (person.owner.clone(), sign_in.program.clone(), sign_in.scope),
        base_url.to_owned(),
        (sign_in.redirect_uri.clone(), sign_in.challenge.clone()),
        app.ids.secret(),
        now,
    );
    let decision = Decision::Allow { grant: &grant, shown: &person.shown };
    if app.store.decide(sign_in, decision, now, usage).await? {
        Ok(code.reveal().to_owned())
    } else if app.store.is_blocked(&person.owner, usage).await? {
        Err(Stop::blocked())
    } else {
        Err(Stop::decided())
    }
}
