//! The embedded DynamoDB, for laptops and for tests. The embedded DynamoDB keeps its data in a file or in memory. The
//! program creates one table in the embedded DynamoDB. The SAM template (`infra/template.yaml`) defines this table.

mod connections;
mod data_copy;
mod data_file;
mod expired;
mod inspect;
mod items;
mod lock;
mod operations;
mod server;
mod table;
mod transport;

use std::fmt;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::SharedHttpClient;
use dynoxide::Database;

pub use connections::serve_router;
#[cfg(unix)]
pub use data_copy::this_user;
pub use data_file::{compact, default_file, files_of, open};
pub use inspect::{Contents, Inspection, inspect};
pub use items::Facts;
pub use lock::{Deleted, Lock, deleted_files, lock};
pub use server::{Access, serve};
pub use table::{create_table, differences, expiry_attribute};

use crate::store::{Connection, TIMEOUT};
use transport::InProcess;

/// The reason why the program cannot use a local DynamoDB. The person who started the command sees this text.
#[derive(Debug)]
pub struct LocalError(String);

impl fmt::Display for LocalError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for LocalError {}

/// A connection to a database that this process has opened. The connection has no port, so other programs cannot use
/// it.
///
/// If the answer to a transaction is lost, the SDK sends the transaction again. Each transaction has a token, so that
/// DynamoDB executes a repeated transaction only once. This connection removes the token. The change record still
/// prevents a second execution (docs/adr/0004).
pub fn in_process(database: Database) -> Connection {
    let transport = SharedHttpClient::new(InProcess(database));
    // The SDK requires an address, but this transport does not use the address.
    Connection { transport: Some(transport), ..at("http://embedded".to_owned(), None) }
}

/// A connection to the DynamoDB server at `endpoint`. The credentials may be missing if the DynamoDB server does not
/// check credentials.
pub fn at(endpoint: String, credentials: Option<Credentials>) -> Connection {
    Connection {
        region: "us-east-1".to_owned(),
        endpoint: Some(endpoint),
        credentials: credentials.unwrap_or_else(|| Credentials::new("local", "local", None, None, "local")),
        transport: None,
        timeout: TIMEOUT,
    }
}
