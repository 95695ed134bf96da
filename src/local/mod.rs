//! The embedded DynamoDB, for a laptop and for tests. It keeps its data in a file or in memory. It has one table, which is
//! made as the SAM template defines it.

mod data_file;
mod operations;
mod server;
mod table;
mod transport;

use std::fmt;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::SharedHttpClient;
use dynoxide::Database;

pub use data_file::{default_file, open};
pub use server::{Access, serve};
pub use table::create_table;

use crate::store::{Connection, TIMEOUT};
use transport::InProcess;

/// Why a local DynamoDB cannot be used, as a sentence for the person who started the command.
#[derive(Debug)]
pub struct LocalError(String);

impl fmt::Display for LocalError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for LocalError {}

/// The connection to this database inside the process that has opened it. It has no port, so other programs cannot use it.
///
/// This connection removes the token of a transaction. By this token DynamoDB recognizes a repeated call after a lost
/// answer. Here the store recognizes it by the record of the change (docs/adr/0004).
pub fn in_process(database: Database) -> Connection {
    let transport = SharedHttpClient::new(InProcess(database));
    // The SDK requires an address, but this transport does not use it.
    Connection { transport: Some(transport), ..at("http://embedded".to_owned(), None) }
}

/// The connection to a DynamoDB at `endpoint`. If that DynamoDB checks no credentials, they may be missing.
pub fn at(endpoint: String, credentials: Option<Credentials>) -> Connection {
    Connection {
        region: "us-east-1".to_owned(),
        endpoint: Some(endpoint),
        credentials: credentials.unwrap_or_else(|| Credentials::new("local", "local", None, None, "local")),
        transport: None,
        timeout: TIMEOUT,
    }
}
