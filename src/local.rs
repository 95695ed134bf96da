//! The embedded DynamoDB, for a laptop and for tests: one file (or memory), one table, made as the SAM template defines it.

use std::fmt;
use std::future::Future;
use std::path::Path;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::{
    Client,
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextMut},
    error::{BoxError, DisplayErrorContext, ProvideErrorMetadata},
    types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, LocalSecondaryIndex, Projection, ProjectionType,
        ScalarAttributeType, TimeToLiveSpecification,
    },
};
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use dynoxide::Database;
use rusqlite::{Connection as Sqlite, OpenFlags};
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::net::TcpListener;

use crate::store::{Connection, PATIENCE, connect};

/// The template that defines the table.
const TEMPLATE: &str = include_str!("../infra/template.yaml");

/// A local DynamoDB that could not be had, in a sentence for the person who asked for it.
#[derive(Debug)]
pub struct LocalError(String);

impl fmt::Display for LocalError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for LocalError {}

/// Opens the data file, making it and its folder when they do not exist; without a file the data is in memory.
/// A file that something else made is refused and left as it is.
pub fn open(file: Option<&Path>) -> Result<Database, LocalError> {
    let Some(file) = file else {
        return Database::memory().map_err(|error| LocalError(format!("cannot open a database in memory: {error}")));
    };
    let failed = |what: &str, error: &dyn fmt::Display| LocalError(format!("{what} {}: {error}", file.display()));
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed("cannot make the folder of", &error))?;
    }
    std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(file)
        .map_err(|error| failed("cannot write to the data file", &error))?;
    if !is_ours(file) {
        return Err(LocalError(format!(
            "{} is not a data file of todo-action; choose another with --data",
            file.display()
        )));
    }
    let database =
        Database::new(&file.to_string_lossy()).map_err(|error| failed("cannot open the data file", &error))?;
    // Nothing else removes what has expired.
    database.sweep_ttl().map_err(|error| failed("cannot tidy up the data file", &error))?;
    Ok(database)
}

/// Whether the file is empty or a database of the embedded DynamoDB.
fn is_ours(file: &Path) -> bool {
    let tables = || -> rusqlite::Result<Vec<String>> {
        let sqlite = Sqlite::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let mut query = sqlite.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
        query.query_map([], |row| row.get(0))?.collect()
    };
    tables().is_ok_and(|tables| tables.is_empty() || tables.iter().any(|table| table == "_tables"))
}

/// Serves the database on a free loopback port until `stop` resolves. Returns how to reach it, and the server.
pub async fn serve(
    database: Database,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(Connection, impl Future<Output = ()> + Send), LocalError> {
    serve_at(0, database, stop).await
}

/// The same on this loopback port.
pub async fn serve_at(
    port: u16,
    database: Database,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(Connection, impl Future<Output = ()> + Send), LocalError> {
    let failed = |error: std::io::Error| LocalError(format!("cannot listen on 127.0.0.1:{port}: {error}"));
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(failed)?;
    let connection = connection(format!("http://{}", listener.local_addr().map_err(failed)?));
    let server = async move {
        if let Err(error) = dynoxide::server::serve_with_shutdown(listener, database, stop).await {
            tracing::error!("the embedded DynamoDB stopped: {error}");
        }
    };
    Ok((connection, server))
}

/// How to reach a DynamoDB that asks for no credentials at `endpoint`.
pub fn connection(endpoint: String) -> Connection {
    Connection {
        region: "us-east-1".to_owned(),
        endpoint: Some(endpoint),
        credentials: Credentials::new("local", "local", None, None, "local"),
        transport: None,
        patience: PATIENCE,
    }
}

/// A client of the DynamoDB that [`serve`] runs in this process. Its transactions carry no token, by which DynamoDB would tell
/// that a call is the repetition of one whose answer was lost: the embedded one keeps each token for ten minutes and looks
/// through all of them with every transaction. The store tells it by the record of the change (docs/adr/0004).
pub fn client(connection: Connection) -> Client {
    let client = connect(connection);
    Client::from_conf(client.config().to_builder().interceptor(WithoutToken).build())
}

/// Takes from transactions the token that the SDK gives them and cannot be told not to.
#[derive(Debug)]
struct WithoutToken;

#[dyn_dispatch_hint]
impl Intercept for WithoutToken {
    fn name(&self) -> &'static str {
        "WithoutToken"
    }

    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        if request.headers().get("x-amz-target") != Some("DynamoDB_20120810.TransactWriteItems") {
            return Ok(());
        }
        let mut transaction: Map<String, Value> = serde_json::from_slice(request.body().bytes().unwrap_or_default())?;
        transaction.remove("ClientRequestToken");
        let body = serde_json::to_vec(&transaction)?;
        request.headers_mut().insert("content-length", body.len().to_string());
        *request.body_mut() = body.into();
        Ok(())
    }
}

/// Makes the table as the template defines it, unless it exists.
pub async fn create_table(client: &Client, name: &str) -> Result<(), LocalError> {
    let table = definition()?;
    let broken = |error: aws_sdk_dynamodb::error::BuildError| LocalError(format!("infra/template.yaml: {error}"));
    let mut request = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    for attribute in &table.attribute_definitions {
        let kind = ScalarAttributeType::from(attribute.attribute_type.as_str());
        let built =
            AttributeDefinition::builder().attribute_name(&attribute.attribute_name).attribute_type(kind).build();
        request = request.attribute_definitions(built.map_err(broken)?);
    }
    request = request.set_key_schema(Some(keys(&table.key_schema).map_err(broken)?));
    for index in &table.local_secondary_indexes {
        let projection = ProjectionType::from(index.projection.projection_type.as_str());
        let built = LocalSecondaryIndex::builder()
            .index_name(&index.index_name)
            .set_key_schema(Some(keys(&index.key_schema).map_err(broken)?))
            .projection(Projection::builder().projection_type(projection).build())
            .build();
        request = request.local_secondary_indexes(built.map_err(broken)?);
    }
    match request.send().await {
        Ok(_) => {}
        Err(error) if error.code() == Some("ResourceInUseException") => return Ok(()),
        Err(error) => return Err(LocalError(format!("cannot make the table: {}", DisplayErrorContext(error)))),
    }
    let ttl = &table.time_to_live_specification;
    let ttl = TimeToLiveSpecification::builder().attribute_name(&ttl.attribute_name).enabled(ttl.enabled).build();
    let set =
        client.update_time_to_live().table_name(name).time_to_live_specification(ttl.map_err(broken)?).send().await;
    set.map(drop)
        .map_err(|error| LocalError(format!("cannot set the table's time to live: {}", DisplayErrorContext(error))))
}

fn keys(schema: &[Key]) -> Result<Vec<KeySchemaElement>, aws_sdk_dynamodb::error::BuildError> {
    let element = |key: &Key| {
        let kind = KeyType::from(key.key_type.as_str());
        KeySchemaElement::builder().attribute_name(&key.attribute_name).key_type(kind).build()
    };
    schema.iter().map(element).collect()
}

fn definition() -> Result<Table, LocalError> {
    let template: Template =
        serde_saphyr::from_str(TEMPLATE).map_err(|error| LocalError(format!("infra/template.yaml: {error}")))?;
    Ok(template.resources.todos_table.properties)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Template {
    resources: Resources,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resources {
    todos_table: Resource,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    properties: Table,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Table {
    attribute_definitions: Vec<Attribute>,
    key_schema: Vec<Key>,
    local_secondary_indexes: Vec<Index>,
    time_to_live_specification: TimeToLive,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    attribute_name: String,
    attribute_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Key {
    attribute_name: String,
    key_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Index {
    index_name: String,
    key_schema: Vec<Key>,
    projection: ProjectionDefinition,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ProjectionDefinition {
    projection_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TimeToLive {
    attribute_name: String,
    enabled: bool,
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};

    use super::*;

    /// Whether two transactions that differ both go through under one token.
    async fn both_go_through(client: &Client) -> bool {
        let write = async |sk: &str| {
            let value = |text: &str| AttributeValue::S(text.to_owned());
            let put = Put::builder().table_name("todos").item("owner", value("o")).item("sk", value(sk)).build();
            let action = TransactWriteItem::builder().put(put.unwrap()).build();
            client.transact_write_items().transact_items(action).client_request_token("token").send().await
        };
        write("first").await.unwrap();
        let second = write("second \"ClientRequestToken\":\"é\"").await;
        let refused = second.err().map(|error| error.code().unwrap_or_default().to_owned());
        assert!(matches!(refused.as_deref(), None | Some("IdempotentParameterMismatchException")), "{refused:?}");
        refused.is_none()
    }

    #[tokio::test]
    async fn the_embedded_dynamodb_gets_no_tokens_to_remember() {
        let (connection, server) = serve(open(None).unwrap(), std::future::pending()).await.unwrap();
        tokio::spawn(server);
        create_table(&client(connection.clone()), "todos").await.unwrap();
        assert!(both_go_through(&client(connection.clone())).await);
        assert!(!both_go_through(&connect(connection)).await, "a token that arrives tells the second from the first");
    }
}
