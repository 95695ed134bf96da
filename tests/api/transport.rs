//! `Wire` is the connection between the SDK and DynamoDB. `Wire` records the calls, and produces a fault if a test asks
//! for a fault.

use std::collections::VecDeque;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};
use std::time::Instant;

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use serde_json::{Value, json};

/// A fault of one call. Either the call does not reach DynamoDB, or the answer does not reach the SDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// DynamoDB answers with `ThrottlingException`.
    Throttled,
    /// DynamoDB answers with status 500.
    ServerError,
    /// The SDK cannot connect to DynamoDB.
    Refused,
    /// No answer ever comes.
    Silent,
    /// DynamoDB cancels the transaction, because another transaction uses the same items.
    Conflict,
    /// DynamoDB refuses the call with this error and this message.
    Error(&'static str, &'static str),
    /// DynamoDB cancels the transaction. The first action has no error. The reason for the second action has this code
    /// and this message.
    Cancelled(&'static str, &'static str),
    /// `ResourceNotFoundException`: the table of the deployment does not exist.
    NoTable,
    /// DynamoDB executes the call, but the answer is lost.
    AnswerLost,
    /// The SDK loses the connection. DynamoDB executes the call only when the test calls `Wire::execute_late`.
    Late,
    /// No fault: the call succeeds.
    None,
}

/// A fault, and the name of the DynamoDB operation that must fail. If the name is `None`, the next call of any
/// operation fails.
type Ordered = (Option<&'static str>, Fault);

/// Records the calls, and produces the faults. The faults happen in the order in which the test asks for them.
#[derive(Debug, Clone)]
pub struct Wire {
    inner: SharedHttpClient,
    calls: Arc<Mutex<Vec<String>>>,
    /// The `Limit` of each Query call.
    limits: Arc<Mutex<Vec<Option<u64>>>>,
    /// The write units of all calls, according to DynamoDB's answers.
    write_units: Arc<Mutex<f64>>,
    /// The partition key of each item that a call has put, updated or deleted.
    written: Arc<Mutex<Vec<String>>>,
    /// The faults that have not happened yet.
    faults: Arc<Mutex<VecDeque<Ordered>>>,
    /// Faults that happen again and again, and the period of each fault. For example, if the period is 3, every third
    /// call fails.
    periodic: Arc<Mutex<Vec<(u64, Fault)>>>,
    number: Arc<AtomicU64>,
    /// The calls that DynamoDB executes later.
    late: Arc<Mutex<Vec<(SharedHttpConnector, HttpRequest)>>>,
    /// The number of write units that DynamoDB still accepts, and the time at which this number was computed. `None` if
    /// there is no limit.
    meter: Arc<Mutex<Option<(f64, Instant)>>>,
}

/// DynamoDB accepts this number of write units a second for one owner.
const UNITS_A_SECOND: f64 = 1_000.0;

impl Wire {
    /// Returns a wire that uses this transport. Without a transport, the wire uses plain HTTP.
    pub fn over(transport: Option<SharedHttpClient>) -> Self {
        let inner = transport.unwrap_or_else(|| aws_smithy_http_client::Builder::new().build_http());
        Self {
            inner,
            calls: Arc::default(),
            limits: Arc::default(),
            write_units: Arc::default(),
            written: Arc::default(),
            faults: Arc::default(),
            periodic: Arc::default(),
            number: Arc::default(),
            late: Arc::default(),
            meter: Arc::default(),
        }
    }

    /// From now on, DynamoDB accepts only 1,000 write units a second. If a transaction would need more, DynamoDB
    /// cancels the transaction.
    pub fn meter(&self) {
        *self.meter.lock().unwrap() = Some((UNITS_A_SECOND, Instant::now()));
    }

    /// Whether the calls have already used up the write units of this second.
    fn is_used_up(&self) -> bool {
        let mut meter = self.meter.lock().unwrap();
        let Some((left, since)) = &mut *meter else { return false };
        *left = UNITS_A_SECOND.min(*left + since.elapsed().as_secs_f64() * UNITS_A_SECOND);
        *since = Instant::now();
        *left <= 0.0
    }

    /// DynamoDB executes all calls with the fault `Late`.
    pub async fn execute_late(&self) -> usize {
        let late = std::mem::take(&mut *self.late.lock().unwrap());
        let number = late.len();
        for (connector, request) in late {
            drop(connector.call(request).await);
        }
        number
    }

    /// The next calls fail with these faults, in the order of the list.
    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.faults.lock().unwrap().extend(faults.into_iter().map(|fault| (None, fault)));
    }

    /// The next calls of this DynamoDB operation fail with these faults, in the order of the list.
    pub fn fail_only(&self, operation: &'static str, faults: impl IntoIterator<Item = Fault>) {
        self.faults.lock().unwrap().extend(faults.into_iter().map(|fault| (Some(operation), fault)));
    }

    /// Removes the faults that have not happened yet, and returns their number.
    pub fn take_faults(&self) -> usize {
        std::mem::take(&mut *self.faults.lock().unwrap()).len()
    }

    /// Returns the `Limit` of each recorded Query call, and then removes these records.
    pub fn take_limits(&self) -> Vec<Option<u64>> {
        std::mem::take(&mut self.limits.lock().unwrap())
    }

    /// Returns the write units of all recorded calls, and then begins to count again.
    pub fn take_write_units(&self) -> f64 {
        std::mem::take(&mut self.write_units.lock().unwrap())
    }

    /// Adds the write units in this answer to `write_units`.
    async fn counted(self, mut response: HttpResponse) -> Result<HttpResponse, ConnectorError> {
        let body = std::mem::replace(response.body_mut(), SdkBody::taken());
        let body =
            ByteStream::new(body).collect().await.map_err(|error| ConnectorError::io(error.into()))?.into_bytes();
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        // The answer to a transaction has a list, with one entry for each table. Other answers have one object.
        let capacity = &answer["ConsumedCapacity"];
        let tables = capacity.as_array().map_or(std::slice::from_ref(capacity), Vec::as_slice);
        let units = tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum::<f64>();
        *self.write_units.lock().unwrap() += units;
        if let Some((left, _)) = &mut *self.meter.lock().unwrap() {
            *left -= units;
        }
        *response.body_mut() = SdkBody::from(body);
        Ok(response)
    }

    /// Returns the partition key of each item that a call has put, updated or deleted, and then removes these records.
    pub fn take_written(&self) -> Vec<String> {
        std::mem::take(&mut self.written.lock().unwrap())
    }

    /// From now on, every call whose number is a multiple of the period fails with the fault.
    pub fn fail_often(&self, faults: impl IntoIterator<Item = (u64, Fault)>) {
        *self.periodic.lock().unwrap() = faults.into_iter().collect();
    }

    fn next_fault(&self, operation: &str) -> Option<Fault> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let periodic = self.periodic.lock().unwrap();
        // Only transactions can collide.
        let meets = |fault: Fault| fault != Fault::Conflict || operation == "TransactWriteItems";
        let due = |(period, fault): &&(u64, Fault)| number.is_multiple_of(*period) && meets(*fault);
        if let Some((_, fault)) = periodic.iter().find(due) {
            return Some(*fault);
        }
        let mut faults = self.faults.lock().unwrap();
        let meets = faults.front().is_some_and(|(only, _)| only.is_none_or(|only| only == operation));
        meets.then(|| faults.pop_front()).flatten().map(|(_, fault)| fault)
    }

    /// Returns the name of the DynamoDB operation of each recorded call, and then removes these records.
    pub fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }
}

impl HttpClient for Wire {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(WireConnector {
            inner: self.inner.http_connector(settings, components),
            wire: self.clone(),
        })
    }
}

#[derive(Debug)]
struct WireConnector {
    inner: SharedHttpConnector,
    wire: Wire,
}

impl HttpConnector for WireConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        if operation == "Query" {
            self.wire.limits.lock().unwrap().push(body["Limit"].as_u64());
        }
        self.wire.written.lock().unwrap().extend(partitions_written(&operation, &body));
        let fault = self.wire.next_fault(&operation);
        self.wire.calls.lock().unwrap().push(operation.clone());
        let is_write = matches!(&*operation, "PutItem" | "TransactWriteItems" | "UpdateItem");
        if is_write && self.wire.is_used_up() {
            return match &*operation {
                "TransactWriteItems" => cancelled("ThrottlingError", "Throughput exceeds the current capacity"),
                _ => answer(400, "ProvisionedThroughputExceededException", "slow down"),
            };
        }
        match fault {
            None | Some(Fault::None) if is_write => {
                let (call, wire) = (self.inner.call(request), self.wire.clone());
                HttpConnectorFuture::new(async move { wire.counted(call.await?).await })
            }
            None | Some(Fault::None) => self.inner.call(request),
            Some(Fault::Late) => {
                self.wire.late.lock().unwrap().push((self.inner.clone(), request));
                HttpConnectorFuture::ready(Err(ConnectorError::io("connection reset".to_owned().into())))
            }
            Some(Fault::Error(kind, message)) => answer(400, kind, message),
            Some(Fault::Cancelled(code, message)) => cancelled(code, message),
            Some(Fault::Throttled) => answer(400, "ThrottlingException", "slow down"),
            Some(Fault::ServerError) => answer(500, "InternalServerError", "we failed"),
            Some(Fault::NoTable) => answer(400, "ResourceNotFoundException", "no such table: secret-table"),
            Some(Fault::Conflict) => cancelled("TransactionConflict", "Transaction is ongoing for the item"),
            Some(Fault::Refused) => {
                HttpConnectorFuture::ready(Err(ConnectorError::io("connection refused".to_owned().into())))
            }
            Some(Fault::Silent) => HttpConnectorFuture::new(std::future::pending()),
            Some(Fault::AnswerLost) => {
                let call = self.inner.call(request);
                HttpConnectorFuture::new(async move {
                    call.await?;
                    Err(ConnectorError::io("connection reset".to_owned().into()))
                })
            }
        }
    }
}

/// The partition key of each item that a call puts, updates or deletes. Panics if the operation is unknown.
fn partitions_written(operation: &str, body: &Value) -> Vec<String> {
    let actions: Vec<&Value> = match operation {
        "BatchGetItem" | "GetItem" | "Query" | "Scan" => Vec::new(),
        "CreateTable" | "DescribeTable" | "DescribeTimeToLive" | "UpdateTimeToLive" => Vec::new(),
        "DeleteItem" | "PutItem" | "UpdateItem" => vec![body],
        "TransactWriteItems" => body["TransactItems"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|action| action.as_object().unwrap())
            .filter_map(|(kind, action)| (kind != "ConditionCheck").then_some(action))
            .collect(),
        _ => panic!("this test does not know which items {operation} writes"),
    };
    let partition = |action: &Value| {
        let item = action.get("Item").unwrap_or(&action["Key"]);
        item["owner"]["S"].as_str().unwrap().to_owned()
    };
    actions.into_iter().map(partition).collect()
}

/// An error of DynamoDB. AWS's framework checks the calls, so `ValidationException` has another prefix than the errors
/// of DynamoDB.
fn answer(status: u16, kind: &str, message: &str) -> HttpConnectorFuture {
    let prefix =
        if kind == "ValidationException" { "com.amazon.coral.validate" } else { "com.amazonaws.dynamodb.v20120810" };
    error(status, json!({ "__type": format!("{prefix}#{kind}"), "message": message }))
}

fn cancelled(code: &str, message: &str) -> HttpConnectorFuture {
    error(
        400,
        json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": format!("Transaction cancelled, please refer cancellation reasons for specific reasons [None, {code}]"),
            "CancellationReasons": [{ "Code": "None" }, { "Code": code, "Message": message }],
        }),
    )
}

fn error(status: u16, body: Value) -> HttpConnectorFuture {
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    HttpConnectorFuture::ready(Ok(response))
}
