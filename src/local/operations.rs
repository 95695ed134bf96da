//! Executes operations of DynamoDB on the embedded database. The body of a call and the body of its answer have the
//! JSON format of DynamoDB.

use dynoxide::{Database, DynoxideError, actions::transact_write_items::TransactWriteItemsRequest};
use http::{HeaderValue, Response, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};

/// The media type of calls and answers.
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
/// The header `x-amz-target` contains this text and then the name of the operation.
const SERVICE: &str = "DynamoDB_20120810.";

/// Whether the embedded database gets the token of a transaction. If two transactions have the same token, DynamoDB
/// executes only the first transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tokens {
    /// The database keeps the token for ten minutes, as DynamoDB does.
    Kept,
    /// The program removes the token of a transaction. For each transaction with a token, the embedded database would
    /// search through the tokens of the last ten minutes (docs/adr/0004).
    Removed,
}

/// DynamoDB's answer to a call. This function blocks its thread for about a millisecond. While another process writes
/// to the same file, this function blocks its thread for up to 5 s. The file docs/adr/0004 says why this function does
/// not run in a separate thread.
pub(super) fn answer(database: &Database, tokens: Tokens, target: &str, body: &[u8]) -> Response<String> {
    let operation = target.strip_prefix(SERVICE).unwrap_or_default();
    match run(database, tokens, operation, body) {
        Some(Ok(json)) => response(StatusCode::OK, json),
        Some(Err(error)) => {
            let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            response(status, error.to_json())
        }
        None => {
            let why = "the embedded DynamoDB has no such operation";
            refusal(StatusCode::BAD_REQUEST, "UnknownOperationException", why)
        }
    }
}

/// An error in the JSON format of DynamoDB.
pub(super) fn refusal(status: StatusCode, kind: &str, why: &str) -> Response<String> {
    let problem = serde_json::json!({ "__type": format!("com.amazon.coral.service#{kind}"), "message": why });
    response(status, problem.to_string())
}

fn response(status: StatusCode, json: String) -> Response<String> {
    let mut response = Response::new(json);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, MEDIA_TYPE);
    response
}

type Outcome = Result<String, DynoxideError>;

/// Executes an operation on tables or items. Returns `None` for all other operations, such as the operations for
/// streams, tags and vectors.
fn run(database: &Database, tokens: Tokens, operation: &str, body: &[u8]) -> Option<Outcome> {
    Some(match operation {
        "BatchExecuteStatement" => call(body, |request| database.batch_execute_statement(request)),
        "BatchGetItem" => call(body, |request| database.batch_get_item(request)),
        "BatchWriteItem" => call(body, |request| database.batch_write_item(request)),
        "CreateTable" => call(body, |request| database.create_table(request)),
        "DeleteItem" => call(body, |request| database.delete_item(request)),
        "DeleteTable" => call(body, |request| database.delete_table(request)),
        "DescribeTable" => call(body, |request| database.describe_table(request)),
        "DescribeTimeToLive" => call(body, |request| database.describe_time_to_live(request)),
        "ExecuteStatement" => call(body, |request| database.execute_statement(request)),
        "ExecuteTransaction" => call(body, |request| database.execute_transaction(request)),
        "GetItem" => call(body, |request| database.get_item(request)),
        "ListTables" => call(body, |request| database.list_tables(request)),
        "PutItem" => call(body, |request| database.put_item(request)),
        "Query" => call(body, |request| database.query(request)),
        "Scan" => call(body, |request| database.scan(request)),
        "TransactGetItems" => call(body, |request| database.transact_get_items(request)),
        "TransactWriteItems" => call(body, |mut request: TransactWriteItemsRequest| {
            request.client_request_token = request.client_request_token.filter(|_| tokens == Tokens::Kept);
            database.transact_write_items(request)
        }),
        "UpdateItem" => call(body, |request| database.update_item(request)),
        "UpdateTable" => call(body, |request| database.update_table(request)),
        "UpdateTimeToLive" => call(body, |request| database.update_time_to_live(request)),
        _ => return None,
    })
}

fn call<Request: DeserializeOwned, Answer: Serialize>(
    body: &[u8],
    run: impl FnOnce(Request) -> Result<Answer, DynoxideError>,
) -> Outcome {
    let request = serde_json::from_slice(body).map_err(|error| unreadable(&error.to_string()))?;
    let answer = run(request)?;
    serde_json::to_string(&answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// The error for a call that the database cannot read. If the message of the database begins with a word such as
/// `VALIDATION`, this word determines the kind of the DynamoDB error.
fn unreadable(message: &str) -> DynoxideError {
    let (kind, why) = message.split_once(':').unwrap_or_default();
    match kind {
        "VALIDATION" | "VALIDATION_REQUEST" | "VALIDATION_AS_READ" => {
            DynoxideError::ValidationException(why.to_owned())
        }
        "SERIALIZATION" | "SERIALIZATION_AS_READ" => DynoxideError::SerializationException(why.to_owned()),
        _ if message.starts_with("missing field") => DynoxideError::ValidationException(message.to_owned()),
        _ => DynoxideError::SerializationException(message.to_owned()),
    }
}
