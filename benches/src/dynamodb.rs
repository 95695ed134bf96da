//! Starts the embedded DynamoDB with our table in a separate process.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Bytes};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};

use crate::Result;

/// The only access key that the embedded DynamoDB accepts. This access key is an example from AWS's documentation, and
/// gives no access to AWS.
pub const ACCESS_KEY: (&str, &str) = ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");

/// A running embedded DynamoDB. When this value is dropped, the database stops and loses its items.
pub struct DynamoDb {
    child: Child,
    pub address: SocketAddr,
}

impl DynamoDb {
    /// `todo` is the path of the compiled `todo` command.
    pub fn start(todo: &Path) -> Result<Self> {
        let (name, key) = ACCESS_KEY;
        let child = Command::new(todo).args(["dynamodb", "--port", "0"]).env(name, key).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| format!("cannot start {}: {error}", todo.display()))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let address = line.split("http://").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok());
        Ok(Self { child, address: address.ok_or("the embedded DynamoDB did not say where it listens")? })
    }

    /// Stores an item in the table. The item is in DynamoDB's JSON format.
    #[tokio::main(flavor = "current_thread")]
    pub async fn put(&self, item: Value) -> Result<()> {
        let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        // The embedded DynamoDB checks the access key, but not the signature.
        let signed = format!("AWS4-HMAC-SHA256 Credential={}/20261127/eu-west-1/dynamodb/aws4_request", ACCESS_KEY.1);
        let request = Request::post(format!("http://{}/", self.address))
            .header("authorization", signed)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", "DynamoDB_20120810.PutItem")
            .body(Full::from(json!({ "TableName": "todos", "Item": item }).to_string()))?;
        let response = client.request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            return Err(format!("PutItem: {status} {}", String::from_utf8_lossy(&body)).into());
        }
        Ok(())
    }
}

impl Drop for DynamoDb {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
