//! The operations of DynamoDB on the embedded database: the body of a call in, the answer out, both in DynamoDB's JSON.

use dynoxide::{Database, DynoxideError, actions::transact_write_items::TransactWriteItemsRequest};
use http::{HeaderValue, Response, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};

/// The media type of calls and answers.
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");
/// What `x-amz-target` has before the name of the operation.
const SERVICE: &str = "DynamoDB_20120810.";

/// What becomes of the token by which DynamoDB tells that a transaction is the repetition of an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tokens {
    /// It is kept for ten minutes, as in DynamoDB.
    Kept,
    /// It is taken off: the database looks through all that it keeps with every transaction (docs/adr/0004).
    TakenOff,
}

/// The answer of DynamoDB to a call. The database waits for the disk, so it is asked on a thread that may.
pub(super) async fn answer(
    database: Database,
    tokens: Tokens,
    target: String,
    body: impl AsRef<[u8]> + Send + 'static,
) -> Response<String> {
    let asked = tokio::task::spawn_blocking(move || {
        let operation = target.strip_prefix(SERVICE).unwrap_or_default();
        run(&database, tokens, operation, body.as_ref())
    });
    let done = asked.await.unwrap_or_else(|error| Err(DynoxideError::InternalServerError(error.to_string())));
    match done {
        Ok(json) => response(StatusCode::OK, json),
        Err(error) => {
            let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            response(status, error.to_json())
        }
    }
}

/// An answer in DynamoDB's JSON.
pub(super) fn response(status: StatusCode, json: String) -> Response<String> {
    let mut response = Response::new(json);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, MEDIA_TYPE);
    response
}

/// Everything that can be asked of tables without streams and tags.
fn run(database: &Database, tokens: Tokens, operation: &str, body: &[u8]) -> Result<String, DynoxideError> {
    match operation {
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
        other => Err(DynoxideError::ValidationException(format!("the embedded DynamoDB has no operation {other:?}"))),
    }
}

fn call<Request: DeserializeOwned, Answer: Serialize>(
    body: &[u8],
    run: impl FnOnce(Request) -> Result<Answer, DynoxideError>,
) -> Result<String, DynoxideError> {
    let request =
        serde_json::from_slice(body).map_err(|error| DynoxideError::SerializationException(error.to_string()))?;
    let answer = run(request)?;
    serde_json::to_string(&answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
