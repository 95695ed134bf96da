//! The reasons why a sign-in cannot go on, and the page for each reason. The person sees these pages, so each page says
//! what the person can do.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::page;
use crate::{
    api::{answer::error::Cause, lambda::gateway::path_of},
    oidc::{NotSignedIn, Outage},
    store::Fault,
};

/// A sign-in that cannot go on.
#[derive(Debug)]
pub struct Stop {
    status: StatusCode,
    heading: String,
    advice: String,
    /// The reason, as a text for the log.
    cause: Option<String>,
    retry_after: Option<u64>,
    /// The address where the person can sign in as somebody else.
    other_person: Option<String>,
}

/// In most cases, the person can begin the sign-in again.
const AGAIN: &str = "Go back to the program, and connect it again.";

impl Stop {
    fn new(status: StatusCode, heading: &str, advice: impl Into<String>) -> Self {
        let (heading, advice) = (heading.to_owned(), advice.into());
        Self { status, heading, advice, cause: None, retry_after: None, other_person: None }
    }

    /// Adds a link with which the person can sign in as somebody else. The argument `id` is the id of the sign-in.
    /// Without this link, the provider would sign in the same person again automatically.
    pub fn or_as_somebody_else(self, id: &str, base_url: &str) -> Self {
        Self { other_person: Some(format!("{}/oauth/consent?request={id}", path_of(base_url))), ..self }
    }

    /// The request of the program is wrong.
    pub fn request(why: impl Into<String>) -> Self {
        let advice = format!("{} The program that opened this page has made a mistake. {AGAIN}", why.into());
        Self::new(StatusCode::BAD_REQUEST, "This request cannot be answered", advice)
    }

    /// The service does not know the program.
    pub fn unknown_client() -> Self {
        let advice = "The client_id of the program is unknown. Go back to the program, remove the connection, and add it again. \
            The operator of this service can make a client for the program with `todo clients create`.";
        Self::new(StatusCode::BAD_REQUEST, "This service does not know the program", advice)
    }

    /// The service does not fetch the client ID metadata document of the program.
    pub fn unknown_document() -> Self {
        let advice = "The program describes itself in a document at another address (a client ID metadata document). This \
            service knows the documents of some assistants, but not this document. The operator of this service can \
            allow other documents (OAUTH_CLIENT_DOCUMENTS), or make a client for the program with `todo clients create`.";
        Self::new(StatusCode::BAD_REQUEST, "This service does not know the program", advice)
    }

    /// The service could not use the client ID metadata document of the program.
    pub fn client_document(cause: String) -> Self {
        let advice = format!(
            "The service could not read the description of the program (its client ID metadata document). {AGAIN}"
        );
        let stop = Self::new(StatusCode::BAD_REQUEST, "This service does not know the program", advice);
        Self { cause: Some(cause), ..stop }
    }

    /// The redirect URI is not allowed.
    pub fn redirect_uri() -> Self {
        let advice = "The program wants the answer at an address (redirect_uri) that this service does not allow for this program. \
            Nothing was sent there. If you trust the program, ask the operator of this service to add the address.";
        Self::new(StatusCode::BAD_REQUEST, "This address is not allowed", advice)
    }

    /// The sign-in began in another browser, or the browser sent no cookie.
    pub fn other_browser() -> Self {
        let advice = format!(
            "Perhaps somebody else has sent you this link, or you began more than an hour ago, or your browser does not accept \
             cookies of this site. If you wanted to connect a program, allow cookies here. {AGAIN}"
        );
        Self::new(StatusCode::BAD_REQUEST, "This sign-in did not begin in this browser", advice)
    }

    /// The form does not come from the consent page of this sign-in and of this person.
    pub fn other_page() -> Self {
        let advice = format!(
            "Perhaps somebody has signed in again in another tab, or another web page has sent this form. Nothing has changed. {AGAIN}"
        );
        Self::new(StatusCode::BAD_REQUEST, "This page is out of date", advice)
    }

    /// The ten minutes of the sign-in are over, or there is no such sign-in.
    pub fn expired() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "This sign-in has expired",
            format!("A sign-in takes at most 10 minutes. {AGAIN}"),
        )
    }

    /// The person has already decided.
    pub fn decided() -> Self {
        let advice = "You have already answered this request, and your answer has not changed. You can close this page. If the \
            program still waits for you, go back to the program, and connect it again.";
        Self::new(StatusCode::CONFLICT, "You have already answered", advice)
    }

    /// The operator has not invited this person.
    pub fn not_invited(shown: &str) -> Self {
        let advice = format!(
            "You have signed in as {shown}. The operator of this service has not invited you, or the sign-in service has not \
             verified your e-mail address. Ask the operator (OAUTH_PEOPLE), or sign in with another account."
        );
        Self::new(StatusCode::FORBIDDEN, "You cannot use this service", advice)
    }

    /// The operator has blocked this person.
    pub fn blocked() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "You cannot use this service",
            "The operator of this service has blocked your access.",
        )
    }

    /// The person did not sign in at the provider.
    pub fn no_sign_in(why: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "The sign-in did not work", format!("{why} {AGAIN}"))
    }

    /// The provider refused the sign-in, or the program cannot trust the answer of the provider.
    fn not_signed_in(cause: String) -> Self {
        let stop = Self::new(
            StatusCode::BAD_GATEWAY,
            "The sign-in did not work",
            format!("The sign-in service did not confirm who you are. {AGAIN}"),
        );
        Self { cause: Some(cause), ..stop }
    }

    /// The provider does not answer.
    pub fn outage(outage: Outage) -> Self {
        let advice = "The sign-in service does not answer. Wait a moment, and load this page again.";
        let stop = Self::new(StatusCode::SERVICE_UNAVAILABLE, "Please try again", advice);
        Self { cause: Some(outage.cause), retry_after: Some(outage.retry_after), ..stop }
    }
}

impl From<NotSignedIn> for Stop {
    fn from(error: NotSignedIn) -> Self {
        match error {
            NotSignedIn::Outage(outage) => Self::outage(outage),
            NotSignedIn::Refused(cause) => Self::not_signed_in(cause),
        }
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        let advice = "The service cannot answer now. Wait a moment, and load this page again.";
        let stop = Self::new(StatusCode::SERVICE_UNAVAILABLE, "Please try again", advice);
        Self { cause: Some(fault.cause), retry_after: Some(2), ..stop }
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        let mut response = page::stopped(self.status, &self.heading, &self.advice, self.other_person.as_deref());
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(Cause(cause));
        }
        response
    }
}
