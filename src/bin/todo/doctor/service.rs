//! Checks a running service over HTTP.

use axum::http::header;
use todo_action::config::AuthMode;

use super::{
    Report, Secret, check_clock, sign_in,
    web::{Answer, NoAnswer, Web},
};

/// The version of this program.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Checks the service at this address. `place` names the table or the data file that the caller named too.
pub async fn check(report: &mut Report, url: &str, issuer: Option<&str>, secret: &Secret, place: Option<&str>) {
    let web = match Web::new(url) {
        Ok(web) => web,
        Err(why) => {
            report.wrong(
                "service",
                format!("this machine can make no connections ({why})."),
                "install ca-certificates.",
            );
            return;
        }
    };
    let health = match web.get("/health").await {
        Ok(health) => health,
        Err(NoAnswer { is_certificate, why, next }) => {
            report.wrong(if is_certificate { "certificate" } else { "service" }, why, next);
            return;
        }
    };
    if url.starts_with("https://") {
        report.ok("certificate", "the certificate is valid for this address.");
    }
    if !check_health(report, url, &health, place) {
        return;
    }
    check_clock(report, "clock of the service", "the service", health.header(header::DATE));
    check_address(report, url, &web).await;
    match mode(report, &web).await {
        Some(AuthMode::OAuth) => sign_in::check(report, url, &web, issuer, secret).await,
        Some(AuthMode::ApiKey | AuthMode::None) if issuer.is_some() => report.cannot_tell(
            "issuer",
            "nobody signs in to this service, so the command has not asked the issuer.",
            "remove --issuer. If people must sign in, set AUTH_MODE (AuthMode) to oauth.",
        ),
        Some(AuthMode::ApiKey | AuthMode::None) | None => {}
    }
}

/// What API Gateway says if it does not get an answer of the Lambda function, and what to do. `None` for any other
/// answer. Only the answers of API Gateway have a `message` and no `code`.
fn gateway(answer: &Answer) -> Option<(String, &'static str)> {
    let message = answer.body["message"].as_str().filter(|_| answer.body["code"].is_null())?;
    match answer.status {
        429 => Some((
            format!("API Gateway refuses the request, because too many requests arrive (status 429, {message})."),
            "wait a minute, and run the command again. The parameters RequestsPerSecond and RequestsAtOnce of the \
             stack set the limit.",
        )),
        500 => Some((
            format!("API Gateway answers, but the call of the Lambda function has failed (status 500, {message})."),
            "look at the log of the function. If the log has no line about the request, deploy the stack again, \
             because API Gateway may not be allowed to call the function.",
        )),
        _ => None,
    }
}

/// Checks the answer of `/health`. `false` if the answer does not come from todo-action.
fn check_health(report: &mut Report, url: &str, health: &Answer, place: Option<&str>) -> bool {
    let Some(version) = health.body["version"].as_str().filter(|_| health.status == 200) else {
        let status = health.status;
        if let Some((why, next)) = gateway(health) {
            report.wrong("service", why, next);
            return false;
        }
        let (why, next, is_ours) = match (status, health.body["code"].as_str()) {
            (503, Some(code)) => (
                format!("the service runs, but its table does not answer (status 503, code {code})."),
                "check the table: todo doctor --table TABLE_NAME. For `todo serve`: todo doctor --data FILE. The line \
                 of the request in the service's log has the cause.",
                true,
            ),
            (500, Some(code)) => (
                format!(
                    "the service runs, but may not use its table, or the table does not exist (status 500, \
                     code {code})."
                ),
                "look at `cause` in the log of the service. With AccessDeniedException, the role of the function is \
                 wrong: deploy the stack again. With ResourceNotFoundException, TABLE_NAME is wrong: todo doctor \
                 --table TABLE_NAME.",
                true,
            ),
            (403, _) => (
                "status 403. The service or API Gateway refuses this address.".to_owned(),
                "use the address in the output ServerUrl of the stack. With an own domain, the address of API Gateway \
                 does not work. With `todo serve`, set PUBLIC_URL to the address that people use.",
                false,
            ),
            (502..=504, _) => (
                format!("status {status}. A gateway answers, but the service behind the gateway does not."),
                "search the log of the function for `cannot start`: then an environment variable is wrong.",
                false,
            ),
            _ => (
                format!("status {status}. The answer of {url}/health does not come from todo-action."),
                "check the address. The address must have no path, unless the service is below this path.",
                false,
            ),
        };
        report.wrong("service", why, next);
        return is_ours;
    };
    let unsure = place.map(|place| format!(" The command does not know whether the service uses {place}."));
    report.ok("service", format!("{url} answers, and can use its table.{}", unsure.unwrap_or_default()));
    if version == VERSION {
        report.ok("version", format!("the service and this command have the version {VERSION}."));
    } else {
        report.wrong(
            "version",
            format!("the service has the version {version}, but this command has the version {VERSION}."),
            "use the version of the command that fits the service, or deploy the service again.",
        );
    }
    true
}

/// Checks that the OpenAPI document names the address that the caller has used.
async fn check_address(report: &mut Report, url: &str, web: &Web) {
    let answer = match web.get("/openapi.json").await {
        Ok(answer) => answer,
        Err(NoAnswer { why, next, .. }) => return report.wrong("address", why, next),
    };
    if let Some((why, next)) = gateway(&answer) {
        return report.wrong("address", why, next);
    }
    match answer.body["servers"][0]["url"].as_str() {
        Some(named) if named == url => report.ok("address", "the OpenAPI document names the same address."),
        Some(named) => report.wrong(
            "address",
            format!("the OpenAPI document names the address {named}. Assistants and people use that address."),
            format!(
                "if {url} is right, set PUBLIC_URL to {url}; with the stack, set DomainName. Otherwise, use {named}."
            ),
        ),
        None => report.wrong(
            "address",
            format!("/openapi.json is not an OpenAPI document (status {}).", answer.status),
            "look at the log of the service.",
        ),
    }
}

/// Finds out how callers get access.
async fn mode(report: &mut Report, web: &Web) -> Option<AuthMode> {
    let answer = match web.get("/todos?limit=1").await {
        Ok(answer) => answer,
        Err(NoAnswer { why, next, .. }) => {
            report.wrong("access", why, next);
            return None;
        }
    };
    if let Some((why, next)) = gateway(&answer) {
        report.wrong("access", why, next);
        return None;
    }
    let challenge = answer.header(header::WWW_AUTHENTICATE).unwrap_or_default();
    match answer.status {
        200 => {
            report
                .ok("access", "everybody who knows the address can read and change one list (no sign-in and no keys).");
            Some(AuthMode::None)
        }
        401 if challenge.contains("resource_metadata") => {
            report.ok("access", "people sign in, and API keys work too.");
            Some(AuthMode::OAuth)
        }
        401 => {
            report.ok("access", "callers need an API key. To make a key: todo keys create --name NAME.");
            Some(AuthMode::ApiKey)
        }
        status => {
            let code = answer.body["code"].as_str().unwrap_or("no code");
            let next = "look at the log of the service, and check the table: todo doctor --table TABLE_NAME. For `todo \
                        serve`: todo doctor --data FILE.";
            report.wrong("access", format!("a request without a key gets the status {status} ({code})."), next);
            None
        }
    }
}
