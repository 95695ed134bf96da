//! Finds the program that a `client_id` names. There are three kinds of programs: programs with a client ID metadata
//! document, programs that have registered themselves, and clients that the operator has made.

use axum::http::{HeaderMap, header};
use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    Front, assistants,
    error::OAuthError,
    parameters::Parameters,
    redirect::{self, Goes},
    registration::Registration,
    stop::Stop,
};
use crate::{
    app::App,
    domain::{
        client::Client,
        program::{Place, Program},
        secret::SecretHash,
    },
    oidc::ClientDocument,
    store::Usage,
};

/// The program that a `client_id` names.
#[derive(Debug, Clone)]
pub struct Named {
    pub client_id: String,
    pub name: String,
    redirect_uris: Vec<String>,
    /// Whether the program must use PKCE.
    pub needs_pkce: bool,
    /// Whether the name of the program is verified. If a program has registered itself, nobody has verified its name.
    is_known: bool,
    /// The host of a fetched document. The program may use redirect URIs of its own host.
    own_host: Option<String>,
    /// Whether the program may use only redirect URIs that the redirect policy allows.
    is_bound_to_policy: bool,
}

impl Named {
    /// The program with this `client_id`. `None` if this service knows no such program.
    pub async fn find(client_id: &str, front: &Front, app: &App, usage: &Usage) -> Result<Option<Self>, Stop> {
        if is_document(client_id) {
            return match (documented(client_id), front.0.client_document(client_id, app.clock.now())) {
                (Some(known), _) => Ok(Some(known)),
                (None, fetched) => {
                    fetched.await.transpose().map_err(Stop::client_document).map(|found| found.map(Self::of_document))
                }
            };
        }
        if Client::is_id(client_id) {
            let client = app.store.client(client_id, usage).await?;
            return Ok(client.map(Self::of_client));
        }
        Ok(Registration::parse(client_id).map(|registration| Self {
            client_id: client_id.to_owned(),
            name: registration.name,
            needs_pkce: true,
            redirect_uris: registration.redirect_uris,
            is_known: false,
            own_host: None,
            is_bound_to_policy: true,
        }))
    }

    /// A program whose document this service has fetched. Nobody has verified the name in the document.
    fn of_document(document: ClientDocument) -> Self {
        let own_host = match redirect::goes(&document.client_id) {
            Some(Goes::Web(host)) => Some(host),
            _ => None,
        };
        Self {
            client_id: document.client_id,
            name: document.client_name,
            needs_pkce: true,
            redirect_uris: document.redirect_uris,
            is_known: false,
            own_host,
            is_bound_to_policy: true,
        }
    }

    fn of_client(client: Client) -> Self {
        Self {
            client_id: client.id,
            name: client.name.as_str().to_owned(),
            needs_pkce: !(client.without_pkce && client.secret.is_some()),
            redirect_uris: client.redirect_uris,
            is_known: true,
            own_host: None,
            is_bound_to_policy: false,
        }
    }

    /// The redirect URI of a request, or `None` if the program may not use this redirect URI. If a program has only one
    /// redirect URI, its requests may leave out the redirect URI (OAuth 2.1, section 4.1.1).
    pub fn redirect_uri<'a>(&'a self, asked: Option<&'a str>, front: &Front) -> Option<&'a str> {
        let uri = match (asked, &self.redirect_uris[..]) {
            (Some(asked), named) => named.iter().any(|named| redirect::fits(named, asked)).then_some(asked)?,
            (None, [only]) if !only.contains('*') => only,
            (None, _) => return None,
        };
        let is_own = self.own_host.is_some() && redirect::goes(uri) == self.own_host.clone().map(Goes::Web);
        (!self.is_bound_to_policy || is_own || redirect::is_allowed(uri, front.oauth())).then_some(uri)
    }

    /// The program as people see it. The redirect URI determines who gets the access: a host, or a program on the
    /// person's computer.
    pub fn program(&self, redirect_uri: &str) -> Option<Program> {
        let place = match redirect::goes(redirect_uri)? {
            Goes::Web(host) if self.is_known => Place::Known(host),
            Goes::Web(host) => Place::Claimed(host),
            Goes::ThisComputer => Place::ThisComputer,
        };
        Some(Program::new(&self.client_id, &self.name, place))
    }
}

/// Whether this `client_id` is the address of a client ID metadata document.
pub fn is_document(client_id: &str) -> bool {
    client_id.starts_with("https://")
}

/// The program with this client ID metadata document.
fn documented(client_id: &str) -> Option<Named> {
    let known = assistants::known().documents.iter();
    let document = known.into_iter().find(|document| redirect::fits(&document.client_id, client_id))?;
    Some(Named {
        client_id: client_id.to_owned(),
        name: document.client_name.clone(),
        needs_pkce: true,
        redirect_uris: document.redirect_uris.clone(),
        is_known: true,
        own_host: None,
        is_bound_to_policy: true,
    })
}

/// The hash of the `client_id` of a request to the token endpoint or the revocation endpoint (RFC 6749, sections 2.3
/// and 3.2.1). A client with a secret must send its secret, in the form or in the HTTP Basic header. This function
/// looks up only the clients that the operator has made. It does not look up other programs, because every grant
/// contains the hash of the `client_id`.
pub async fn authenticated(
    parameters: &Parameters,
    headers: &HeaderMap,
    app: &App,
    usage: &Usage,
) -> Result<SecretHash, OAuthError> {
    let unknown = || OAuthError::invalid_client("This service does not know this client, or its secret is wrong.");
    let authorization = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default());
    let in_form = parameters.get("client_secret").map(str::to_owned);
    let (client_id, secret) = match authorization {
        None => (parameters.get("client_id").map(str::to_owned), in_form),
        Some(_) if in_form.is_some() => {
            return Err(OAuthError::invalid_request(
                "Send the client's secret either in the form or in the Authorization header, not in both.",
            ));
        }
        Some(authorization) => {
            let (id, secret) = basic(authorization).ok_or_else(unknown)?;
            if parameters.get("client_id").is_some_and(|in_form| in_form != id) {
                return Err(OAuthError::invalid_request(
                    "The client in the form is different from the client in the Authorization header.",
                ));
            }
            (Some(id), Some(secret).filter(|secret| !secret.is_empty()))
        }
    };
    let client_id = client_id.ok_or_else(|| OAuthError::invalid_client("client_id is missing."))?;
    if Client::is_id(&client_id) {
        let client = app.store.client(&client_id, usage).await?.ok_or_else(unknown)?;
        // The program compares hashes, so the duration of the comparison reveals nothing about the secret.
        if client.secret.is_some_and(|stored| secret.is_none_or(|sent| SecretHash::of(&sent) != stored)) {
            return Err(unknown());
        }
    }
    Ok(SecretHash::of(&client_id))
}

/// The id and the secret in the HTTP Basic header. The client must encode both in the format
/// `application/x-www-form-urlencoded` (RFC 6749, section 2.3.1).
fn basic(authorization: &str) -> Option<(String, String)> {
    let (scheme, encoded) = authorization.split_once(' ')?;
    let decoded = BASE64_STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form_decoded(id)?, form_decoded(secret)?))
}

fn form_decoded(text: &str) -> Option<String> {
    // An encoded text cannot contain `&` or `=`, so the program refuses a text with these characters.
    if text.contains(['&', '=']) {
        return None;
    }
    Some(form_urlencoded::parse(text.as_bytes()).next().map(|(text, _)| text.into_owned()).unwrap_or_default())
}
