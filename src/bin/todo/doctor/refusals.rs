//! Says in plain words why DynamoDB has refused a call.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use todo_action::tls::with_causes;

/// Why a call failed, and what to do. The text `whose` says which DynamoDB the command has called: `AWS` or `this
/// DynamoDB`.
pub fn explain<E: ProvideErrorMetadata + Error + 'static>(error: &SdkError<E>, whose: &str) -> (String, String) {
    let message = error.message().unwrap_or_default();
    let (why, next) = match error.code() {
        Some("ResourceNotFoundException") => (
            "{whose} has no such table in this region and this account",
            "the output TableName of the stack contains the name. If the table is in another region, add --region. If \
             the table is in another account, set AWS_PROFILE.",
        ),
        Some("AccessDeniedException") => (
            "these credentials must not do this",
            "use the credentials of the operator, or allow the action that the message names.",
        ),
        Some("ExpiredTokenException" | "ExpiredToken") => (
            "the credentials for {whose} have expired",
            "run `aws sso login`, or get new credentials in the way in which you got these credentials.",
        ),
        Some("UnrecognizedClientException" | "UnrecognisedClientException" | "InvalidClientTokenId") => (
            "{whose} does not know the access key",
            "check AWS_ACCESS_KEY_ID, or run `aws configure` again. Somebody may have deleted the access key.",
        ),
        Some("InvalidSignatureException" | "SignatureDoesNotMatch" | "RequestExpired") => (
            "{whose} refuses the signature",
            "check AWS_SECRET_ACCESS_KEY, and the clock of this machine. {whose} refuses calls if the clock is more \
             than 5 minutes wrong.",
        ),
        Some("MissingAuthenticationTokenException") => {
            ("the call contained no credentials", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
        }
        Some("ValidationException") => (
            "this is not a possible table name",
            "check --table. The output TableName of the stack contains the name. A name has 3 to 255 letters, digits \
             and the characters `_`, `-` and `.`.",
        ),
        Some("UnknownOperationException") => ("this DynamoDB server is an emulator that cannot tell", ""),
        Some(code) => return (format!("DynamoDB answers {code} ({message})."), "try again later.".to_owned()),
        None => {
            let why = with_causes(error);
            let next =
                "check the spelling of the region or of the address, and the network connection of this machine.";
            return (format!("DynamoDB does not answer ({why})."), next.to_owned());
        }
    };
    (format!("{why} ({message}).").replace("{whose}", whose), next.replace("{whose}", whose))
}
