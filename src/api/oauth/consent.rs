//! At `/oauth/consent`, the person decides whether the program gets access. Every sign-in needs this decision, because
//! any program may send any person to this service.

use axum::{body::Bytes, extract::RawQuery, response::Response};
use jiff::tz::TimeZone;

use super::{
    authorize::Target,
    browser::Browser,
    own_page,
    page::{self, Consent},
    parameters::Parameters,
    stop::Stop,
    visit::Visit,
};
use crate::{
    api::{access::origin::OwnSite, lambda::gateway::path_of},
    domain::{
        grant::Grant,
        program::Place,
        sign_in::{SignIn, SignedIn},
        token::GrantId,
    },
    store::Decision,
};

const KNOWN: [&str; 3] = ["request", "form_token", "decision"];

/// `GET /oauth/consent` shows the page.
pub async fn get_consent(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Stop> {
    let Visit { app, front, usage, base_url, .. } = &visit;
    let query = query.unwrap_or_default();
    let sent = Parameters::read(query.as_bytes(), &KNOWN).map_err(Stop::request)?;
    let id = sent.get("request").unwrap_or_default();
    let (browser, sign_in) = visit.under_way(id).await?;
    let Some(person) = sign_in.person.as_ref() else {
        return sign_in_again(&visit, &browser).await;
    };
    if sign_in.program.place == Place::Page {
        return own_page::open(&visit, &browser, &sign_in, person).await;
    }
    let zone = TimeZone::UTC;
    let known = matches!(sign_in.program.place, Place::Known(_));
    let before = if known { app.store.programs(&person.owner, visit.now(), usage).await? } else { Vec::new() };
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
        base_path: &path_of(base_url),
    }))
}

/// `POST /oauth/consent` takes the decision of the person.
pub async fn post_consent(visit: Visit, _: OwnSite, body: Bytes) -> Result<Response, Stop> {
    let sent = Parameters::read(&body, &KNOWN).map_err(Stop::request)?;
    let id = sent.get("request").unwrap_or_default();
    let (browser, sign_in) = visit.begun(id).await?;
    let Some(person) = sign_in.person.as_ref() else {
        return sign_in_again(&visit, &browser).await;
    };
    if sent.get("form_token") != Some(&browser.form_token(&person.owner)) {
        return Err(Stop::other_page());
    }
    let asked = Asked { visit: &visit, browser: &browser, sign_in: &sign_in };
    match sent.get("decision") {
        Some("switch") if visit.app.store.set_person(&sign_in, None, &visit.usage).await? => {
            sign_in_again(&visit, &browser).await
        }
        Some("switch") => Err(Stop::decided()),
        Some("allow") => asked.allow(person).await,
        Some("deny") => asked.deny().await,
        _ => Err(Stop::request("The form has no decision.")),
    }
}

/// Sends the person to the provider, where the person can choose another account.
async fn sign_in_again(visit: &Visit, browser: &Browser) -> Result<Response, Stop> {
    Ok(page::goes_to_provider(&visit.address_of_provider(browser, true).await?))
}

/// The question that the consent page asks. If a person presses a button twice, the browser sends the form twice, and
/// shows only the second answer. So the second answer must also send the browser to the program.
struct Asked<'a> {
    visit: &'a Visit,
    browser: &'a Browser,
    sign_in: &'a SignIn,
}

impl Asked<'_> {
    /// Stores the access, and gives the code to the program.
    async fn allow(&self, person: &SignedIn) -> Result<Response, Stop> {
        let Visit { app, usage, base_url, .. } = self.visit;
        let (sign_in, now) = (self.sign_in, self.visit.now());
        let (id, code) = self.browser.randoms();
        let (grant, code) = Grant::new(
            GrantId::from_random(id),
            (person.owner.clone(), sign_in.program.clone(), sign_in.scope),
            base_url.clone(),
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
    async fn deny(&self) -> Result<Response, Stop> {
        let (Visit { app, usage, .. }, sign_in) = (self.visit, self.sign_in);
        let is_first = !sign_in.decided && app.store.decide(sign_in, Decision::Deny, self.visit.now(), usage).await?;
        let grant = GrantId::from_random(self.browser.randoms().0);
        if is_first || app.store.grant(&grant, usage).await?.is_none() {
            Ok(self.goes_on(&self.target().error("access_denied", "The person denied the access."), false))
        } else {
            Err(Stop::decided())
        }
    }

    fn target(&self) -> Target<'_> {
        let SignIn { redirect_uri, state, .. } = self.sign_in;
        Target { redirect_uri, state: state.as_deref(), base_url: &self.visit.base_url }
    }

    fn goes_on(&self, address: &str, allowed: bool) -> Response {
        page::goes_on(address, allowed, &self.sign_in.program.name)
    }
}
