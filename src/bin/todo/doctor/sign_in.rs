//! Checks the sign-in of a running service: its metadata, and the OpenID provider behind the service.

use axum::http::header;
use serde_json::json;
use url::{Url, form_urlencoded};

use super::{
    Report, Secret, provider,
    redirect::{self, Asked},
    web::{NoAnswer, Web},
};

/// Checks the sign-in. If `issuer` is known, this function also asks the provider whether it knows the service.
pub async fn check(report: &mut Report, url: &str, web: &Web, issuer: Option<&str>, secret: &Secret) {
    check_metadata(report, url, web).await;
    let asked = begin(report, web, issuer.is_some()).await;
    if let Some(asked) = &asked {
        redirect::check(report, url, asked).await;
    }
    match (issuer, &asked) {
        (Some(issuer), asked) => provider::check(report, issuer, asked.as_ref(), secret).await,
        (None, Some(_)) => {
            let more = match secret {
                Secret::NotAskedFor => " With --table or --data, the command also tests the stored secret.",
                _ => "",
            };
            let next = format!("add --issuer with the issuer of the provider (OAUTH_ISSUER).{more}");
            report.cannot_tell("secret", "the command does not know the issuer of the provider.", next);
        }
        (None, None) => {}
    }
    report.cannot_tell(
        "settings",
        "the command sees neither OAUTH_PEOPLE nor OAUTH_CLIENT_SECRET of the service. OAUTH_PEOPLE says who may sign \
         in. If OAUTH_CLIENT_SECRET is set, the service uses this secret instead of the stored secret.",
        "sign in once. This tests both settings.",
    );
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
                    "in /.well-known/{path}, the value of {member} is {found}, and not {url}. Programs refuse such a \
                     document."
                ),
                format!("set PUBLIC_URL to {url}, or use {found} as the address of the service."),
            );
        }
    }
    report.ok("metadata", "the documents for programs contain the same address.");
}

/// Begins a sign-in, as a program on this computer does. The service sends the browser to the provider. This sign-in
/// expires after ten minutes.
async fn begin(report: &mut Report, web: &Web, asks_provider: bool) -> Option<Asked> {
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
    if let Some(asked) = place.filter(|_| answer.status == 302).map(Asked::new) {
        let (place, id) = (asked.place(), &asked.client_id);
        report.ok("provider", format!("the service sends people to {place} ({id})."));
        return Some(asked);
    }
    let more = if asks_provider { "" } else { " With --issuer, this command asks the provider itself." };
    let (why, next) = match answer.status {
        503 => (
            "the service cannot reach its OpenID provider, or cannot use the answer of the provider.".to_owned(),
            format!(
                "check OAUTH_ISSUER (OAuthIssuer). Also check whether the provider works. `cause` in the log of the \
                 service says what is wrong.{more}"
            ),
        ),
        status => (
            format!("the service does not begin a sign-in (status {status})."),
            "open the log of the service: `cause` says what is wrong.".to_owned(),
        ),
    };
    report.wrong("provider", why, next);
    None
}
