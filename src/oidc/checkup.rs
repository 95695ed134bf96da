//! Finds out whether the OpenID provider knows this service and its secret. Only the command `todo doctor` uses this
//! code. The Lambda function does not contain this code.

use ::http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    NotSignedIn, Outage, Provider, Return,
    endpoints::{error_of, in_time},
    http::ProviderAnswer,
};
use crate::domain::provider::ProviderSecret;

/// The maximum length of the provider's description of an error, in characters.
const DESCRIPTION: usize = 200;

/// What the token endpoint of the provider says about this service. Each text is the provider's description of the
/// error (`error_description`), or is empty. The text never contains the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checkup {
    /// The provider accepts the client id and the secret, or the client id without a secret.
    Known,
    /// The provider refuses the client id or the secret (`invalid_client`, RFC 6749, section 5.2).
    Unknown(String),
    /// The client may not redeem codes (`unauthorized_client`, RFC 6749, section 5.2).
    NotAllowed(String),
    /// The provider does not know the redirect URI. Google answers `redirect_uri_mismatch`.
    OtherRedirectUri(String),
    /// The provider refuses the request for another reason. The text is the code of the error.
    Other(String),
}

impl Provider {
    /// The address to which this provider lets services send people (OpenID Connect Discovery 1.0). An error says that
    /// the documents of the provider cannot be used.
    pub async fn authorization_endpoint(&self, now: Timestamp) -> Result<String, Outage> {
        Ok(self.keys.metadata(now, "").await?.authorization_endpoint.clone())
    }

    /// Sends an invented code to the token endpoint of the provider. The provider checks the client first, and then
    /// refuses the code. So the error says whether the provider knows this service.
    pub async fn check_up(
        &self,
        redirect_uri: &str,
        secret: Option<&ProviderSecret>,
        now: Timestamp,
    ) -> Result<Checkup, Outage> {
        let metadata = self.keys.metadata(now, "").await?;
        let verifier = "todo-doctor-checks-the-client-and-invents-a-code";
        let back = Return { code: "todo-doctor", redirect_uri, nonce: "", verifier, secret };
        let (form, authorization) = self.token_request(&back, &metadata);
        let answer = self.http.post_form(&metadata.token_endpoint, form, authorization.as_deref());
        let answer = match in_time("token endpoint", answer).await {
            Ok(answer) => answer,
            Err(NotSignedIn::Outage(outage)) => return Err(outage),
            Err(NotSignedIn::Refused(cause)) => return Ok(Checkup::Other(cause)),
        };
        let description = description(&answer, secret);
        Ok(match (error_of(&answer).as_str(), secret) {
            ("invalid_grant", _) => Checkup::Known,
            ("invalid_client", _) | ("invalid_request", None) => Checkup::Unknown(description),
            // Some providers answer with this code and the status 401 if the secret is wrong.
            ("unauthorized_client", _) if answer.status == StatusCode::UNAUTHORIZED => Checkup::Unknown(description),
            ("unauthorized_client", _) => Checkup::NotAllowed(description),
            ("redirect_uri_mismatch", _) => Checkup::OtherRedirectUri(description),
            (other, _) => Checkup::Other(format!("{} {other}", answer.status).trim_end().to_owned()),
        })
    }
}

/// The provider's description of an error, as one short line. If the description contains the secret, the result is
/// empty.
fn description(answer: &ProviderAnswer, secret: Option<&ProviderSecret>) -> String {
    #[derive(Deserialize)]
    struct Described {
        error_description: String,
    }
    let Ok(described) = serde_json::from_slice::<Described>(&answer.body) else { return String::new() };
    let text = described.error_description;
    if secret.is_some_and(|secret| text.contains(secret.reveal())) {
        return String::new();
    }
    let words: Vec<&str> = text.split(|letter: char| letter.is_whitespace() || letter.is_control()).collect();
    words.join(" ").trim().chars().take(DESCRIPTION).collect()
}
