//! Finds out whether the OpenID provider knows this service and its secret. Only the command `todo doctor` uses this
//! code. The Lambda function does not contain this code.

use jiff::Timestamp;

use super::{
    NotSignedIn, Outage, Provider, Return,
    endpoints::{error_of, in_time},
};
use crate::domain::provider::ProviderSecret;

/// What the token endpoint of the provider says about this service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checkup {
    /// The provider accepts the client id and the secret, or the client id without a secret.
    Known,
    /// The provider refuses the client id or the secret (`invalid_client`, RFC 6749, section 5.2).
    Unknown,
    /// The provider refuses the request for another reason. The text is the code of the error.
    Other(String),
}

impl Provider {
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
        Ok(match (error_of(&answer).as_str(), secret) {
            ("invalid_grant", _) => Checkup::Known,
            ("invalid_client" | "unauthorized_client", _) | ("invalid_request", None) => Checkup::Unknown,
            (other, _) => Checkup::Other(format!("{} {other}", answer.status).trim_end().to_owned()),
        })
    }
}
