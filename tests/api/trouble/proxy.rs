//! A proxy between the service and DynamoDB. The proxy answers some calls with faults of AWS, in AWS's form. For some
//! other calls, the proxy delays, cuts or withholds the answer of DynamoDB.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// A fault of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Status 400 with this code. DynamoDB does not execute the call.
    Refused(&'static str),
    /// This status (500 or higher) with this code. DynamoDB does not execute the call.
    Failed(u16, &'static str),
    /// DynamoDB cancels the transaction, because another transaction uses the same items.
    Conflict,
    /// DynamoDB executes the call. The connection stays open, but no answer comes.
    Silent,
    /// DynamoDB executes the call. The connection breaks in the middle of the answer.
    Cut,
    /// DynamoDB executes the call. The answer comes in small pieces, and takes 0.3 to 1.7 seconds. The service waits
    /// for one second.
    Slow,
}

/// What the proxy does, and what the proxy has done.
#[derive(Default)]
pub struct Proxy {
    /// About a quarter of the calls get one of these faults.
    faults: Mutex<Vec<Fault>>,
    injected: AtomicUsize,
    /// The number of calls that DynamoDB has not yet answered.
    waiting: AtomicUsize,
}

/// A message of HTTP/1.1: the first line with the headers, and the body.
struct Message {
    head: String,
    body: Vec<u8>,
}

impl Proxy {
    /// Starts the proxy in front of the DynamoDB server at `upstream`.
    pub async fn before(upstream: SocketAddr) -> (SocketAddr, Arc<Self>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let proxy = Arc::new(Self::default());
        let serving = proxy.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let proxy = serving.clone();
                // An error means that one of the two sides has closed the connection.
                tokio::spawn(async move { proxy.serve(client, upstream).await });
            }
        });
        (address, proxy)
    }

    /// From now on, these faults happen.
    pub fn inject(&self, faults: &[Fault]) {
        *self.faults.lock().unwrap() = faults.to_vec();
    }

    /// Ends the faults. Waits until DynamoDB has executed all calls that the service no longer waits for. Returns the
    /// number of injected faults, and begins to count again.
    pub async fn stop(&self) -> usize {
        self.inject(&[]);
        while self.waiting.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.injected.swap(0, Ordering::SeqCst)
    }

    fn next_fault(&self, operation: &str) -> Option<Fault> {
        let faults = self.faults.lock().unwrap();
        let fault = fastrand::choice(faults.iter()).copied().filter(|_| fastrand::u8(..4) == 0)?;
        // Only transactions can collide.
        let happens = fault != Fault::Conflict || operation == "TransactWriteItems";
        self.injected.fetch_add(usize::from(happens), Ordering::SeqCst);
        happens.then_some(fault)
    }

    async fn serve(&self, client: TcpStream, upstream: SocketAddr) -> Result<()> {
        let mut client = BufReader::new(client);
        let mut dynamodb = BufReader::new(TcpStream::connect(upstream).await?);
        loop {
            let call = Message::read(&mut client).await?;
            let operation =
                call.header("x-amz-target").and_then(|target| target.rsplit('.').next()).unwrap_or_default();
            let fault = self.next_fault(operation);
            let error = match fault {
                Some(Fault::Refused(code)) => Some(Message::error(400, json!({"__type": kind(code), "message": code}))),
                Some(Fault::Failed(status, code)) => {
                    Some(Message::error(status, json!({"__type": kind(code), "message": code})))
                }
                Some(Fault::Conflict) => Some(Message::conflict(&call)),
                Some(Fault::Silent | Fault::Cut | Fault::Slow) | None => None,
            };
            let answer = match error {
                Some(answer) => answer,
                None => {
                    self.waiting.fetch_add(1, Ordering::SeqCst);
                    let answer = exchange(&mut dynamodb, &call).await;
                    self.waiting.fetch_sub(1, Ordering::SeqCst);
                    answer?
                }
            };
            let bytes = answer.bytes();
            let client = client.get_mut();
            match fault {
                Some(Fault::Silent) => return wait_for_end(client).await,
                Some(Fault::Cut) => {
                    return client.write_all(&bytes[..bytes.len() - answer.body.len().div_ceil(2)]).await;
                }
                Some(Fault::Slow) => trickle(client, &bytes).await?,
                _ => client.write_all(&bytes).await?,
            }
        }
    }
}

async fn exchange(dynamodb: &mut BufReader<TcpStream>, call: &Message) -> Result<Message> {
    dynamodb.get_mut().write_all(&call.bytes()).await?;
    Message::read(dynamodb).await
}

/// Waits until the other side closes the connection.
async fn wait_for_end(client: &mut TcpStream) -> Result<()> {
    while client.read(&mut [0; 1_024]).await? > 0 {}
    Ok(())
}

async fn trickle(client: &mut TcpStream, bytes: &[u8]) -> Result<()> {
    const PIECES: usize = 20;
    let pause = Duration::from_millis(fastrand::u64(15..85));
    for piece in bytes.chunks(bytes.len().div_ceil(PIECES)) {
        client.write_all(piece).await?;
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

/// The full name of an error. AWS's framework checks the credentials and the rate of the calls, so its errors have
/// another prefix than the errors of DynamoDB.
fn kind(code: &str) -> String {
    let by_framework = ["ThrottlingException", "ExpiredTokenException", "ServiceUnavailable"].contains(&code);
    format!("{}#{code}", if by_framework { "com.amazon.coral.service" } else { "com.amazonaws.dynamodb.v20120810" })
}

impl Message {
    async fn read(from: &mut BufReader<TcpStream>) -> Result<Self> {
        let mut message = Self { head: String::new(), body: Vec::new() };
        while !message.head.ends_with("\r\n\r\n") {
            if from.read_line(&mut message.head).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        let length = message.header("content-length").and_then(|length| length.parse().ok());
        message.body.resize(length.ok_or_else(|| Error::other(message.head.clone()))?, 0);
        from.read_exact(&mut message.body).await?;
        Ok(message)
    }

    fn header(&self, name: &str) -> Option<&str> {
        let headers = self.head.lines().filter_map(|line| line.split_once(':'));
        headers.into_iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    fn bytes(&self) -> Vec<u8> {
        [self.head.as_bytes(), &self.body].concat()
    }

    fn error(status: u16, body: Value) -> Self {
        let body = body.to_string().into_bytes();
        let head = format!(
            "HTTP/1.1 {status} Error\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        Self { head, body }
    }

    /// The answer to a transaction whose last action collides with another transaction.
    fn conflict(call: &Self) -> Self {
        let call: Value = serde_json::from_slice(&call.body).unwrap();
        let mut reasons = vec![json!({"Code": "None"}); call["TransactItems"].as_array().unwrap().len()];
        *reasons.last_mut().unwrap() =
            json!({"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"});
        let message = "Transaction cancelled, please refer cancellation reasons for specific reasons";
        let kind = kind("TransactionCanceledException");
        Self::error(400, json!({"__type": kind, "Message": message, "CancellationReasons": reasons}))
    }
}
