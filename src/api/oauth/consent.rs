//! At `/oauth/consent`, the person decides whether the program gets access. Every sign-in needs this decision, because
//! any program may send any person to this service.

use std::sync::Arc;

use axum::{
    Extension,
    body::Bytes,
    extract::{RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use jiff::tz::TimeZone;

use super::{
    Front,
    authorize::{Target, address_of_provider},
    browser::Browser,
    callback::{begun, under_way},
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
    let Some(person) = sign_in.person.as_ref() else {
        return sign_in_again(&front, &browser, &base_url, &app, &usage).await;
    };
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
    let (browser, sign_in) = begun(id, &headers, &base_url, &app, &usage).await?;
    let Some(person) = sign_in.person.as_ref() else {
        return sign_in_again(&front, &browser, &base_url, &app, &usage).await;
    };
    if sent.get("form_token") != Some(&browser.form_token(&person.owner)) {
        return Err(Stop::other_page());
    }
    let asked = Asked { browser: &browser, sign_in: &sign_in, base_url: &base_url };
    match sent.get("decision") {
        Some("switch") if app.store.set_person(&sign_in.hash, None, &usage).await? => {
            sign_in_again(&front, &browser, &base_url, &app, &usage).await
        }
        Some("switch") => Err(Stop::decided()),
        Some("allow") => asked.allow(person, &app, &usage).await,
        Some("deny") => asked.deny(&app, &usage).await,
        _ => Err(Stop::request("The form has no decision.")),
    }
}

/// Sends the person to the provider, where the person can choose another account.
async fn sign_in_again(
    front: &Front,
    browser: &Browser,
    base_url: &str,
    app: &App,
    usage: &Usage,
) -> Result<Response, Stop> {
    Ok(page::goes_to_provider(&address_of_provider(front, browser, base_url, true, app, usage).await?))
}

/// The question that the consent page asks. If a person presses a button twice, the browser sends the form twice, and
/// shows only the second answer. So the second answer must also send the browser to the program.
struct Asked<'a> {
    browser: &'a Browser,
    sign_in: &'a SignIn,
    base_url: &'a str,
}

impl Asked<'_> {
    /// Stores the access, and gives the code to the program.
    async fn allow(&self, person: &SignedIn, app: &App, usage: &Usage) -> Result<Response, Stop> {
        let (sign_in, now) = (self.sign_in, app.clock.now());
        let (id, code) = self.browser.randoms();
        let (grant, code) = Grant::new(
            GrantId::from_random(id),
            (person.owner.clone(), sign_in.program.clone(), sign_in.scope),
            self.base_url.to_owned(),
            (sign_in.redirect_uri.clone(), sign_in.challenge.clone()),
            code,
            now,
        );
        let decision = Decision::Allow { grant: &grant, shown: &person.shown };
        let is_first = !sign_in.decided && app.store.decide(sign_in, decision, now, usage).await?;
        if is_first || app.store.grant(&grant.id, usage).await?.is_some_and(|grant| grant.is_redeemable(now)) {
            Ok(self.goes_on(&self.target().code(code.reveal()), true))
        } else if app.store.is_blocked(&person.owner, usage).await? {
            Err(Stop::blocked())
        } else {
            Err(Stop::decided())
        }
    }

    /// Tells the program that the person has denied the access.
    async fn deny(&self, app: &App, usage: &Usage) -> Result<Response, Stop> {
        let sign_in = self.sign_in;
        let is_first = !sign_in.decided && app.store.decide(sign_in, Decision::Deny, app.clock.now(), usage).await?;
        let grant = GrantId::from_random(self.browser.randoms().0);
        if is_first || app.store.grant(&grant, usage).await?.is_none() {
            Ok(self.goes_on(&self.target().error("access_denied", "The person denied the access."), false))
        } else {
            Err(Stop::decided())
        }
    }

    fn target(&self) -> Target<'_> {
        let SignIn { redirect_uri, state, .. } = self.sign_in;
        Target { redirect_uri, state: state.as_deref(), base_url: self.base_url }
    }

    fn goes_on(&self, address: &str, allowed: bool) -> Response {
        page::goes_on(address, allowed, &self.sign_in.program.name)
    }
}
