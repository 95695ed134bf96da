//! `GET /oauth/authorize`: a program asks for access, and this service sends the person to the OpenID provider (RFC
//! 6749, section 4.1.1; RFC 7636).

use axum::{extract::RawQuery, response::Response};
use url::Url;

use super::{
    client::{self, Named},
    parameters::Parameters,
    redirect, resource,
    stop::Stop,
    visit::{Visit, found},
};
use crate::{
    config::OAuth,
    domain::{
        program::Program,
        scope::{self, Scope},
    },
};

/// The parameters that this endpoint knows.
const KNOWN: [&str; 8] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "resource",
];
/// The maximum length of `state`, in bytes.
const STATE: usize = 2_000;
/// The maximum length of a redirect URI, in bytes.
const REDIRECT_URI: usize = 1_000;

/// The redirect URI and the `state` of the program. This service sends its answers to this redirect URI.
pub struct Target<'a> {
    pub redirect_uri: &'a str,
    pub state: Option<&'a str>,
    /// The issuer of this service (RFC 9207).
    pub base_url: &'a str,
}

pub async fn get_authorize(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Stop> {
    let Visit { app, front, usage, base_url, .. } = &visit;
    let query = query.unwrap_or_default();
    let asked = Parameters::read(query.as_bytes(), &KNOWN).map_err(Stop::request)?;
    // If the client or the redirect URI is wrong, the answer is a page and not a redirect.
    let client_id = asked.get("client_id").ok_or_else(|| Stop::request("The client_id is missing."))?;
    let named = Named::find(client_id, front, app, usage).await?;
    let named = named.ok_or_else(|| match client::is_document(client_id) {
        true => Stop::unknown_document(),
        false => Stop::unknown_client(),
    })?;
    let redirect_uri = named.redirect_uri(asked.get("redirect_uri"), front);
    let redirect_uri = redirect_uri.filter(|uri| uri.len() <= REDIRECT_URI).ok_or_else(Stop::redirect_uri)?;
    let program = named.program(redirect_uri).ok_or_else(Stop::redirect_uri)?;
    if asked.get("state").is_some_and(|state| state.len() > STATE) {
        return Err(Stop::request("The parameter state is too long."));
    }
    let target = Target { redirect_uri, state: asked.get("state"), base_url };
    let (scope, challenge) = match check(&asked, named.needs_pkce, base_url) {
        Ok(checked) => checked,
        Err(wrong) => return target.refuse(wrong, &program, front.oauth()).map_err(Stop::request),
    };
    visit.begin(program, redirect_uri.to_owned(), scope, asked.get("state"), challenge).await
}

/// `POST /oauth/authorize`. RFC 6749 allows the method `POST`, but no known program uses this method here.
pub async fn post_authorize() -> Stop {
    Stop::request("A program must open this address with the method GET.")
}

/// Checks the other parameters. If a parameter is wrong, the program gets an error at its redirect URI (RFC 6749,
/// section 4.1.2.1).
fn check<'a>(
    asked: &'a Parameters,
    needs_pkce: bool,
    base_url: &str,
) -> Result<(Scope, Option<&'a str>), (&'static str, &'static str)> {
    if asked.get("response_type") != Some("code") {
        return Err(("unsupported_response_type", "response_type has to be code."));
    }
    let challenge = match asked.get("code_challenge") {
        None if !needs_pkce => None,
        challenge => Some(pkce(challenge, asked.get("code_challenge_method"))?),
    };
    if !resource::are_ours(asked.resources(), base_url) {
        return Err(("invalid_target", "The resource must be the address of this service."));
    }
    let scope = scope::asked(asked.get("scope"));
    let scope = scope.map_err(|scope::Unknown| ("invalid_scope", "The scope has to be todos or todos:read."))?;
    Ok((scope.unwrap_or(Scope::Full), challenge))
}

/// The PKCE challenge of the program (RFC 7636, section 4.3).
fn pkce<'a>(challenge: Option<&'a str>, method: Option<&str>) -> Result<&'a str, (&'static str, &'static str)> {
    // If the request has no `code_challenge_method`, the method is "plain". The method "plain" does not protect the
    // authorization code.
    if method != Some("S256") {
        return Err(("invalid_request", "PKCE is necessary: code_challenge_method has to be S256."));
    }
    let fits = |challenge: &&str| {
        challenge.len() == 43
            && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let wrong = ("invalid_request", "The code_challenge must have 43 characters (RFC 7636).");
    challenge.filter(fits).ok_or(wrong)
}

impl Target<'_> {
    /// The address that gives the code to the program.
    pub fn code(&self, code: &str) -> String {
        self.with(&[("code", code)])
    }

    /// Tells the program about an error: sends the browser to the redirect URI. At this point, the person has not
    /// decided yet. So if a stranger has chosen the redirect URI, this function returns the description of the error
    /// instead, for a page.
    pub fn refuse<'d>(
        &self,
        (error, description): (&str, &'d str),
        program: &Program,
        oauth: &OAuth,
    ) -> Result<Response, &'d str> {
        match redirect::is_strangers(&program.place, self.redirect_uri, oauth) {
            true => Err(description),
            false => Ok(found(&self.error(error, description))),
        }
    }

    /// The address that tells the program about an error (RFC 6749, section 4.1.2.1).
    pub fn error(&self, error: &str, description: &str) -> String {
        self.with(&[("error", error), ("error_description", description)])
    }

    fn with(&self, answer: &[(&str, &str)]) -> String {
        // The redirect URI is always valid here, because this service has checked the redirect URI before.
        let Ok(mut address) = Url::parse(self.redirect_uri) else { return self.redirect_uri.to_owned() };
        let state = self.state.map(|state| ("state", state));
        address.query_pairs_mut().extend_pairs(answer).extend_pairs(state).append_pair("iss", self.base_url);
        address.into()
    }
}
