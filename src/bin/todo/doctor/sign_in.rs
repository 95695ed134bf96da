//! Checks the sign-in of a running service: its metadata, and the OpenID provider behind the service.

use std::collections::HashMap;

use axum::http::header;
use serde_json::json;
use todo_action::{
    app::Clock,
    config::{OAuth, People, is_safe},
    domain::provider::ProviderSecret,
    oidc::{Checkup, Provider},
};
use url::{Url, form_urlencoded};

use super::{
    Report, Secret,
    web::{NoAnswer, Web},
};

/// Two values in the redirect from the service to the provider.
struct Shown {
    client_id: String,
    redirect_uri: String,
}

/// Checks the sign-in. If `issuer` is known, this function also asks the provider whether it knows the service.
pub async fn check(report: &mut Report, url: &str, web: &Web, issuer: Option<&str>, secret: &Secret) {
    check_metadata(report, url, web).await;
    let Some(shown) = begin(report, web).await else { return };
    let expected = format!("{url}/oauth/callback");
    if shown.redirect_uri == expected {
        report.ok("redirect URI", format!("the provider must know the redirect URI {expected}."));
    } else {
        report.wrong(
            "redirect URI",
            format!("people come back to {}, and not to {expected}.", shown.redirect_uri),
            format!("set PUBLIC_URL to {url}, and register the redirect URI {expected} at the provider."),
        );
    }
    let Some(issuer) = issuer else {
        let next = "add --issuer with the issuer of the provider (OAUTH_ISSUER), and --table with the table.";
        report.cannot_tell("secret", "the command does not know the issuer of the provider.", next);
        return;
    };
    check_provider(report, issuer, &shown, secret).await;
}

/// Checks that both metadata documents name the address that the caller has used (RFC 8414 and RFC 9728).
async fn check_metadata(report: &mut Report, url: &str, web: &Web) {
    for (path, member) in [("oauth-authorization-server", "issuer"), ("oauth-protected-resource", "resource")] {
        let found = match web.get(&format!("/.well-known/{path}")).await {
            Ok(answer) => answer.body[member].as_str().unwrap_or("nothing").to_owned(),
            Err(NoAnswer { why, next, .. }) => return report.wrong("metadata", why, next),
        };
        if found != url {
            return report.wrong(
                "metadata",
                format!(
                    "/.well-known/{path} names {found} as {member}, and not {url}. Programs refuse such a document."
                ),
                format!("set PUBLIC_URL to {url}, or use {found} as the address of the service."),
            );
        }
    }
    report.ok("metadata", "the documents for programs name the same address.");
}

/// Begins a sign-in, as a program on this computer does. The service sends the browser to the provider. This sign-in
/// expires after ten minutes.
async fn begin(report: &mut Report, web: &Web) -> Option<Shown> {
    let redirect_uri = "http://127.0.0.1:1/todo-doctor";
    let registration = json!({"client_name": "todo doctor", "redirect_uris": [redirect_uri]});
    let answer = async {
        let registered = web.post("/oauth/register", &registration).await?;
        let id = registered.body["client_id"].as_str().unwrap_or_default().to_owned();
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", &id),
                ("redirect_uri", redirect_uri),
                ("code_challenge", "todo-doctor-begins-a-sign-in-and-never-ends"),
                ("code_challenge_method", "S256"),
            ])
            .finish();
        web.get(&format!("/oauth/authorize?{query}")).await
    };
    let answer = match answer.await {
        Ok(answer) => answer,
        Err(NoAnswer { why, next, .. }) => {
            report.wrong("provider", why, next);
            return None;
        }
    };
    let place = answer.header(header::LOCATION).and_then(|place| Url::parse(place).ok());
    if let Some(place) = place.filter(|_| answer.status == 302) {
        let mut asked: HashMap<_, _> = place.query_pairs().into_owned().collect();
        let [client_id, redirect_uri] =
            ["client_id", "redirect_uri"].map(|name| asked.remove(name).unwrap_or_default());
        let host = place.host_str().unwrap_or_default();
        report.ok("provider", format!("the service reaches the provider, and sends people to {host} ({client_id})."));
        return Some(Shown { client_id, redirect_uri });
    }
    let (why, next) = match answer.status {
        503 => (
            "the service cannot reach its OpenID provider, or cannot use the answer of the provider.".to_owned(),
            "check OAUTH_ISSUER (OAuthIssuer). `cause` in the log of the service says what is wrong.",
        ),
        status => (
            format!("the service does not begin a sign-in (status {status})."),
            "open the log of the service: `cause` says what is wrong.",
        ),
    };
    report.wrong("provider", why, next);
    None
}

/// Asks the provider whether it knows the service and the stored secret.
async fn check_provider(report: &mut Report, issuer: &str, shown: &Shown, secret: &Secret) {
    if !is_safe(issuer) {
        let next = "give the value of OAUTH_ISSUER (OAuthIssuer).";
        return report.wrong("issuer", format!("{issuer} is not an https address."), next);
    }
    let provider = Provider::new(&OAuth {
        issuer: issuer.to_owned(),
        client_id: shown.client_id.clone(),
        client_secret: None,
        people: People::Everybody,
        redirect_uris: Vec::new(),
        fetches_client_documents: false,
        idle_days: 1,
        overlap_hours: 1,
    });
    let stored: Option<&ProviderSecret> = match secret {
        Secret::Stored(secret) | Secret::FromEnvironment(secret) => Some(secret),
        Secret::NotStored | Secret::NotLookedUp => None,
    };
    let checkup = match provider.check_up(&shown.redirect_uri, stored, Clock::system().now()).await {
        Ok(checkup) => checkup,
        Err(outage) => {
            let next = "check the issuer letter by letter: the provider's document at \
                        ISSUER/.well-known/openid-configuration must name the same issuer.";
            return report.wrong("issuer", format!("{}.", outage.cause), next);
        }
    };
    report.ok("issuer", format!("the documents and the keys of {issuer} can be used."));
    say_secret(report, &shown.client_id, checkup, secret);
}

/// Says what the answer of the provider means for the secret.
fn say_secret(report: &mut Report, id: &str, checkup: Checkup, secret: &Secret) {
    match (checkup, secret) {
        (Checkup::Known, Secret::Stored(_)) => report.ok("secret", "the provider accepts the stored secret."),
        (Checkup::Known, Secret::FromEnvironment(_)) => {
            report.ok("secret", "the provider accepts the secret in OAUTH_CLIENT_SECRET.");
        }
        (Checkup::Known, Secret::NotStored | Secret::NotLookedUp) => {
            report.ok("secret", format!("the provider knows the client id {id}, and wants no secret."));
        }
        (Checkup::Unknown, Secret::Stored(_)) => report.wrong(
            "secret",
            format!("the provider refuses the client id {id} with the stored secret. So nobody can sign in."),
            "copy the client id and the secret from the provider again. `todo provider set-secret` stores the secret. \
             If the client has no secret at the provider, run `todo provider remove-secret`.",
        ),
        (Checkup::Unknown, Secret::FromEnvironment(_)) => report.wrong(
            "secret",
            format!("the provider refuses the client id {id} with the secret in OAUTH_CLIENT_SECRET."),
            "copy the client id and the secret from the provider again.",
        ),
        (Checkup::Unknown, Secret::NotStored) => report.wrong(
            "secret",
            format!("the provider refuses the client id {id} without a secret, and no secret is stored."),
            "store the secret that the provider shows with `todo provider set-secret`. If the service has the variable \
             OAUTH_CLIENT_SECRET, set this variable for this command too. If the client has no secret at the provider, \
             check the client id.",
        ),
        (Checkup::Unknown, Secret::NotLookedUp) => report.cannot_tell(
            "secret",
            format!("the provider wants a secret for the client id {id}, or does not know this id."),
            "add --table with the table of the service. Then the command tests the stored secret.",
        ),
        (Checkup::Other(answer), _) => report.cannot_tell(
            "secret",
            format!("the provider answers {answer}. This answer does not say whether the secret is right."),
            "sign in once. If the sign-in fails, `cause` in the log of the service says why.",
        ),
    }
}
