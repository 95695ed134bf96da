//! Asks the OpenID provider whether it knows the service and the secret of the service.

use todo_action::{
    app::Clock,
    config::{OAuth, People, is_safe},
    domain::provider::ProviderSecret,
    oidc::{Checkup, Provider},
};

use super::{Report, Secret, redirect::Asked};

/// Checks the provider with this issuer. `asked` is how the service sends people to its provider. Without `asked`, this
/// function checks only the documents of the provider.
pub async fn check(report: &mut Report, issuer: &str, asked: Option<&Asked>, secret: &Secret) {
    let next = "give the value of OAUTH_ISSUER (OAuthIssuer).";
    if !is_safe(issuer) {
        return report.wrong("issuer", format!("{issuer} is not an https address."), next);
    }
    let provider = Provider::new(&OAuth {
        issuer: issuer.to_owned(),
        client_id: asked.map(|asked| asked.client_id.clone()).unwrap_or_default(),
        client_secret: None,
        people: People::Everybody,
        redirect_uris: Vec::new(),
        fetches_client_documents: false,
        idle_days: 1,
        overlap_hours: 1,
    });
    let endpoint = match provider.authorization_endpoint(Clock::system().now()).await {
        Ok(endpoint) => endpoint,
        Err(outage) => {
            let next = "if the provider has a failure, try again later. Otherwise, check the issuer letter by letter: \
                        the provider's document at ISSUER/.well-known/openid-configuration must name the same issuer.";
            return report.wrong("issuer", format!("{}.", outage.cause), next);
        }
    };
    let Some(asked) = asked else {
        return report.ok("issuer", format!("this machine can use the documents and the keys of {issuer}."));
    };
    // If this is another provider, this provider must not get the secret of the service.
    if !asked.goes_to(&endpoint) {
        let found = format!(
            "the service sends people to {}, but the provider in --issuer has the sign-in address {endpoint}. So the \
             command has not tested the secret.",
            asked.place()
        );
        return report.wrong("issuer", found, next);
    }
    report.ok("issuer", format!("the documents and the keys of {issuer} can be used."));
    check_secret(report, &provider, asked, secret).await;
}

async fn check_secret(report: &mut Report, provider: &Provider, asked: &Asked, secret: &Secret) {
    let known: Option<&ProviderSecret> = match secret {
        Secret::Stored(secret) | Secret::FromEnvironment(secret) => Some(secret),
        Secret::NotStored | Secret::NotAskedFor | Secret::Unreadable => None,
    };
    match provider.check_up(&asked.redirect_uri, known, Clock::system().now()).await {
        Ok(checkup) => say_checkup(report, asked, checkup, secret),
        Err(outage) => report.wrong(
            "token endpoint",
            format!("the provider has a failure, so nobody can sign in ({}).", outage.cause),
            "try again later. If the failure stays, read the status page of the provider, or ask its operator.",
        ),
    }
}

/// Says what the answer of the provider means.
fn say_checkup(report: &mut Report, asked: &Asked, checkup: Checkup, secret: &Secret) {
    let (id, uri) = (&asked.client_id, &asked.redirect_uri);
    match checkup {
        Checkup::Known => say_known(report, id, secret),
        Checkup::Unknown(said) => say_unknown(report, id, &quoted(&said), secret),
        Checkup::NotAllowed(said) => report.wrong(
            "client",
            format!("the provider does not let the client id {id} use codes (unauthorized_client).{}", quoted(&said)),
            format!("allow the grant type `authorization_code` for the client {id} at the provider."),
        ),
        Checkup::OtherRedirectUri(said) => report.wrong(
            "client",
            format!("the redirect URI {uri} is not registered at the provider.{}", quoted(&said)),
            format!("register the redirect URI {uri} for the client {id} at the provider."),
        ),
        Checkup::Other(answer) => report.cannot_tell(
            "secret",
            format!("the provider answers {answer}. This answer does not say whether the secret is right."),
            "sign in once. If the sign-in fails, `cause` in the log of the service says why.",
        ),
    }
}

/// The provider's description of an error, as a sentence.
fn quoted(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(" The provider says: \"{said}\".") }
}

fn say_known(report: &mut Report, id: &str, secret: &Secret) {
    match secret {
        Secret::Stored(_) => report.ok("secret", "the provider accepts the stored secret."),
        Secret::FromEnvironment(_) => {
            report.ok("secret", "the provider accepts the secret in OAUTH_CLIENT_SECRET of this command.");
        }
        Secret::NotStored | Secret::NotAskedFor | Secret::Unreadable => {
            report.ok("secret", format!("the provider knows the client id {id}, and wants no secret."));
        }
    }
}

fn say_unknown(report: &mut Report, id: &str, said: &str, secret: &Secret) {
    match secret {
        Secret::Stored(_) => report.wrong(
            "secret",
            format!("the provider refuses the client id {id} with the stored secret. So nobody can sign in.{said}"),
            "copy the client id and the secret from the provider again. If the secret has expired, make a new secret \
             at the provider. `todo provider set-secret` stores the secret. If the client has no secret at the \
             provider, run `todo provider remove-secret`.",
        ),
        Secret::FromEnvironment(_) => report.wrong(
            "secret",
            format!("the provider refuses the client id {id} with the secret in OAUTH_CLIENT_SECRET.{said}"),
            "copy the client id and the secret from the provider again. If the secret has expired, make a new secret \
             at the provider.",
        ),
        Secret::NotStored => report.wrong(
            "secret",
            format!("the provider refuses the client id {id} without a secret, and no secret is stored.{said}"),
            "use `todo provider set-secret` to store the secret that the provider shows. If the service has the \
             variable OAUTH_CLIENT_SECRET, set this variable for this command too. If the client has no secret at the \
             provider, check the client id.",
        ),
        Secret::NotAskedFor | Secret::Unreadable => {
            let next = if matches!(secret, Secret::Unreadable) {
                "first do what the lines above say about the table or the data file. Then run the command again."
            } else {
                "add --table with the table of the service, or --data with its data file. Then the command tests the \
                 stored secret."
            };
            let found = format!("the provider wants a secret for the client id {id}, or does not know this id.{said}");
            report.cannot_tell("secret", found, next);
        }
    }
}
