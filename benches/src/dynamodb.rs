//! Starts the embedded DynamoDB with our table in a separate process.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

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
}

impl Drop for DynamoDb {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
