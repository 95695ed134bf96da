//! Says in plain words why DynamoDB has refused a call.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::http::Response;
use serde_json::Value;
use todo_action::tls::with_causes;

/// Why a call failed, and what to do. `is_aws` says whether the command has called DynamoDB on AWS.
pub fn explain<E: ProvideErrorMetadata + Error + 'static>(error: &SdkError<E>, is_aws: bool) -> (String, String) {
    let whose = if is_aws { "AWS" } else { "this DynamoDB" };
    if let Some(status) = error.raw_response().and_then(foreign) {
        return not_dynamodb(status, is_aws);
    }
    let message = error.message().unwrap_or_default();
    let (why, next) = match error.code() {
        Some("ResourceNotFoundException") => (
            "{whose} has no such table in this region and this account",
            "the output TableName of the stack contains the name. If the table is in another region, add --region. If \
             the table is in another account, set AWS_PROFILE.",
        ),
        Some("SubscriptionRequiredException" | "OptInRequired") => (
            "this AWS account may not use DynamoDB",
            "finish the registration of the AWS account, and pay open bills. Or use another account (AWS_PROFILE).",
        ),
        Some("AccessDeniedException") if message.contains("kms:") => (
            "these credentials may not use the KMS key of the table",
            "allow the action that the message names on the KMS key of the table.",
        ),
        Some("AccessDeniedException") => (
            "these credentials do not allow this call",
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
            "this text cannot be the name of a table",
            "check --table. The output TableName of the stack contains the name. A name has 3 to 255 letters, digits \
             and the characters `_`, `-` and `.`.",
        ),
        Some("UnknownOperationException") => {
            ("this DynamoDB server is an emulator that does not support this operation", "")
        }
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

/// The status of an answer that does not come from DynamoDB. `None` if the answer comes from DynamoDB. Each error of
/// DynamoDB has a type (`__type`), and each answer of AWS has a request id.
fn foreign(answer: &Response) -> Option<u16> {
    let body = answer.body().bytes().and_then(|body| serde_json::from_slice::<Value>(body).ok());
    let has_type = body.is_some_and(|body| body["__type"].is_string());
    let is_dynamodb = has_type || answer.headers().get("x-amzn-requestid").is_some();
    (!is_dynamodb).then(|| answer.status().as_u16())
}

/// What to say if another program has answered with this status.
pub fn not_dynamodb(status: u16, is_aws: bool) -> (String, String) {
    let (why, next) = if is_aws {
        (
            "the answer does not come from DynamoDB",
            "check the proxy of this network, and the variables AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_DYNAMODB.",
        )
    } else {
        (
            "the program at the address of --dynamodb is not a DynamoDB",
            "give the address of a DynamoDB server. `todo dynamodb` starts such a server, and prints its address.",
        )
    };
    (format!("{why} (status {status})."), next.to_owned())
}
