//! Checks that the OpenID provider knows the redirect URI of the service.

use std::collections::HashMap;

use axum::http::header;
use url::{Position, Url};

use super::{
    Report,
    web::{Answer, NoAnswer, Web},
};

/// The redirect from the service to the provider (OpenID Connect Core 1.0, section 3.1.2.1).
pub struct Asked {
    address: Url,
    pub client_id: String,
    pub redirect_uri: String,
}

/// What the provider does with a person who comes from the service.
enum Reaction {
    /// The provider shows a page, or redirects the person to another page.
    GoesOn,
    /// The provider shows an error. The text is for people.
    Refuses(String),
    /// The provider answers with the status 403. Some providers answer so if they do not know the redirect URI. Other
    /// providers answer so to each program that is not a browser.
    Forbids,
    /// The provider sends the person back to the service, with this error (RFC 6749, section 4.1.2.1).
    SendsBack(String),
    /// The provider does not answer, or has a failure. The text is for people.
    Fails(String),
}

/// No provider knows this redirect URI. The top-level domain `invalid` never exists (RFC 6761).
const INVENTED: &str = "https://todo-doctor.invalid/oauth/callback";
/// With these errors, a provider says only that the person must do something (OpenID Connect Core 1.0, section
/// 3.1.2.6), or that the provider has a failure.
const NO_FAULT: [&str; 6] = [
    "login_required",
    "interaction_required",
    "consent_required",
    "account_selection_required",
    "temporarily_unavailable",
    "server_error",
];

impl Asked {
    pub fn new(address: Url) -> Self {
        let mut asked: HashMap<_, _> = address.query_pairs().into_owned().collect();
        let [client_id, redirect_uri] =
            ["client_id", "redirect_uri"].map(|name| asked.remove(name).unwrap_or_default());
        Self { address, client_id, redirect_uri }
    }

    /// The address without its query.
    pub fn place(&self) -> &str {
        &self.address[..Position::AfterPath]
    }

    /// Whether the service sends people to this authorization endpoint. The endpoint may have parameters of its own.
    pub fn goes_to(&self, endpoint: &str) -> bool {
        Url::parse(endpoint).is_ok_and(|endpoint| {
            let mut own = endpoint.query_pairs();
            endpoint[..Position::AfterPath] == *self.place()
                && own.all(|own| self.address.query_pairs().any(|pair| pair == own))
        })
    }

    /// The same address with another redirect URI.
    fn with_redirect_uri(&self, redirect_uri: &str) -> Url {
        let mut address = self.address.clone();
        let pairs = self.address.query_pairs();
        let pairs = pairs.map(|(name, value)| match &*name {
            "redirect_uri" => (name, redirect_uri.into()),
            _ => (name, value),
        });
        address.query_pairs_mut().clear().extend_pairs(pairs);
        address
    }
}

/// Checks the redirect URI. `url` is the address of the service.
pub async fn check(report: &mut Report, url: &str, asked: &Asked) {
    let (check, expected) = ("redirect URI", format!("{url}/oauth/callback"));
    if asked.redirect_uri != expected {
        return report.wrong(
            check,
            format!("people come back to {}, and not to {expected}.", asked.redirect_uri),
            format!("set PUBLIC_URL to {url}, and register the redirect URI {expected} at the provider."),
        );
    }
    let id = &asked.client_id;
    match reaction(&asked.address, &expected).await {
        Reaction::Refuses(how) => report.wrong(
            check,
            format!(
                "the provider does not let people sign in for the client id {id} and the redirect URI {expected} \
                 ({how})."
            ),
            format!("check the client id at the provider, and register the redirect URI {expected} there."),
        ),
        Reaction::SendsBack(error) => report.wrong(
            check,
            format!("the provider knows the redirect URI, but sends people back with the error {error}."),
            format!(
                "look up {error} in the documentation of the provider. The client {id} must be allowed to use the \
                 grant type `authorization_code` and the scopes `openid` and `email`."
            ),
        ),
        Reaction::Forbids => report.cannot_tell(
            check,
            format!(
                "the provider answers with the status 403. Either the provider does not know the redirect URI \
                 {expected}, or the provider answers only browsers."
            ),
            "sign in once. If the provider shows an error, register the redirect URI at the provider.",
        ),
        Reaction::Fails(why) => report.cannot_tell(
            check,
            format!("the sign-in page of the provider cannot be opened from this machine ({why})."),
            "open the address of the service in a browser, and try to sign in.",
        ),
        Reaction::GoesOn => match reaction(&asked.with_redirect_uri(INVENTED), INVENTED).await {
            Reaction::Refuses(_) | Reaction::Forbids => {
                report.ok(check, format!("the provider accepts the redirect URI {expected}, and refuses another."));
            }
            Reaction::GoesOn | Reaction::SendsBack(_) | Reaction::Fails(_) => report.cannot_tell(
                check,
                format!("the provider does not show this command whether it knows the redirect URI {expected}."),
                "sign in once. If the provider shows an error, register the redirect URI at the provider.",
            ),
        },
    }
}

/// Opens the sign-in page of the provider, as a browser does.
async fn reaction(address: &Url, redirect_uri: &str) -> Reaction {
    let web = match Web::new(&address[..Position::BeforePath]) {
        Ok(web) => web,
        Err(why) => return Reaction::Fails(why),
    };
    match web.get(&address[Position::BeforePath..Position::AfterQuery]).await {
        Ok(answer) => meaning(address, redirect_uri, &answer),
        Err(NoAnswer { why, .. }) => Reaction::Fails(why.trim_end_matches('.').to_owned()),
    }
}

fn meaning(address: &Url, redirect_uri: &str, answer: &Answer) -> Reaction {
    let status = answer.status;
    let location = answer.header(header::LOCATION).filter(|_| (300..400).contains(&status));
    let location = location.and_then(|location| address.join(location).ok());
    let error = location.as_ref().and_then(|location| {
        let mut pairs = location.query_pairs();
        pairs.find(|(name, _)| name == "error" || name == "authError").map(|(_, value)| shortened(&value))
    });
    let is_back = location.is_some_and(|location| location.as_str().starts_with(redirect_uri));
    match (status, error) {
        (_, Some(error)) if is_back && NO_FAULT.contains(&&*error) => Reaction::GoesOn,
        (_, Some(error)) if is_back => Reaction::SendsBack(error),
        (_, Some(error)) => Reaction::Refuses(format!("the provider answers with the error {error}")),
        (408 | 429 | 500.., None) => Reaction::Fails(format!("status {status}")),
        (403, None) => Reaction::Forbids,
        (400..=499, None) => Reaction::Refuses(format!("the provider answers with the status {status}")),
        (_, None) => Reaction::GoesOn,
    }
}

/// A short text without unusual characters.
fn shortened(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(60).collect()
}
