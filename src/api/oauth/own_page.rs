//! Signs people in for the page of this service. The page is a program like others, but it needs no consent, no code and
//! no tokens in a script: after the sign-in, this service stores the token of the page in an `HttpOnly` cookie.

use axum::{
    extract::RawQuery,
    http::{StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};

use super::{
    browser::Browser,
    parameters::Parameters,
    stop::Stop,
    visit::{Visit, found},
};
use crate::{
    api::access::cookie,
    domain::{
        grant::Grant,
        program::Program,
        scope::Scope,
        sign_in::{SignIn, SignedIn},
        token::GrantId,
    },
    store::Decision,
};

const KNOWN: [&str; 1] = ["return_to"];
/// The maximum length of `return_to`, in bytes.
const RETURN_TO: usize = 1_000;

/// `GET /sign-in?return_to=/settings` sends the person to the OpenID provider. After the sign-in, the browser opens the
/// path `return_to` of this service.
pub async fn get_sign_in(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Stop> {
    let query = query.unwrap_or_default();
    let asked = Parameters::read(query.as_bytes(), &KNOWN).map_err(Stop::request)?;
    let redirect_uri = format!("{}{}", visit.base_url, path(asked.get("return_to")));
    visit.begin(Program::page(), redirect_uri, Scope::Full, None, None).await
}

/// Returns `return_to` if it is a path of this service, and `/` otherwise. The program puts the address of this service
/// before the path, so a path that begins with a slash never leads to another site.
fn path(return_to: Option<&str>) -> &str {
    let is_path = |path: &&str| {
        path.starts_with('/') && path.len() <= RETURN_TO && path.bytes().all(|byte| byte.is_ascii_graphic())
    };
    return_to.filter(is_path).unwrap_or("/")
}

/// Stores the access of the page in the table, and the token of the page in the browser. If the browser sends the same
/// request again, it gets the same token again.
pub async fn open(visit: &Visit, browser: &Browser, sign_in: &SignIn, person: &SignedIn) -> Result<Response, Stop> {
    let Visit { app, front, usage, base_url, .. } = visit;
    let (now, lasts) = (visit.now(), front.oauth().idle());
    let (id, random) = browser.randoms();
    let whose = (person.owner.clone(), sign_in.program.clone(), sign_in.scope);
    let (grant, token) = Grant::of_page(GrantId::from_random(id), whose, base_url.clone(), random, lasts, now);
    let decision = Decision::Allow { grant: &grant, shown: &person.shown };
    let is_first = !sign_in.decided && app.store.decide(sign_in, decision, now, usage).await?;
    if !is_first && app.store.grant(&grant.id, usage).await?.is_none() {
        let blocked = app.store.is_blocked(&person.owner, usage).await?;
        return Err(if blocked { Stop::blocked() } else { Stop::expired() });
    }
    let cookie = cookie::set(token.reveal(), base_url, Some(lasts)).map(|cookie| (header::SET_COOKIE, cookie));
    Ok((StatusCode::SEE_OTHER, AppendHeaders(cookie), [(header::LOCATION, sign_in.redirect_uri.clone())])
        .into_response())
}

/// Sends the browser back to the page without a sign-in.
pub fn given_up(sign_in: &SignIn) -> Response {
    found(&sign_in.redirect_uri)
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn a_sign_in_returns_only_to_a_path_of_this_service() {
        for own in ["/", "/settings", "/?list=Caf%C3%A9&todo=k7m2x9qa4t", "//other.example/", "/\\other.example"] {
            assert_eq!(path(Some(own)), own, "it stands behind the address of this service");
        }
        for other in ["", "https://other.example/", ".other.example", "@other.example/", "/a\nb", "/ä"] {
            assert_eq!(path(Some(other)), "/", "{other:?}");
        }
        assert_eq!((path(None), path(Some(&format!("/{}", "a".repeat(1_000))))), ("/", "/"));
    }
}
