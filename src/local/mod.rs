//! The embedded DynamoDB, for a laptop and for tests: one file (or memory), one table, made as the SAM template defines it.

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

use crate::store::{Connection, PATIENCE};
use transport::InProcess;

/// A local DynamoDB that could not be had, in a sentence for the person who asked for it.
#[derive(Debug)]
pub struct LocalError(String);

impl fmt::Display for LocalError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for LocalError {}

/// How to reach this database from the process that has it open: without a port, so that nobody else can.
///
/// Its transactions go without the token by which DynamoDB tells that a call is the repetition of one whose answer was
/// lost; the store tells it by the record of the change (docs/adr/0004).
pub fn in_process(database: Database) -> Connection {
    let transport = SharedHttpClient::new(InProcess(database));
    // The SDK wants an address, and nobody looks at it.
    Connection { transport: Some(transport), ..at("http://embedded".to_owned(), None) }
}

/// How to reach a DynamoDB at `endpoint`; without credentials, one that asks for nobody's.
pub fn at(endpoint: String, credentials: Option<Credentials>) -> Connection {
    Connection {
        region: "us-east-1".to_owned(),
        endpoint: Some(endpoint),
        credentials: credentials.unwrap_or_else(|| Credentials::new("local", "local", None, None, "local")),
        transport: None,
        patience: PATIENCE,
    }
}
