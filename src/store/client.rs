//! The SDK client, made by hand: a Lambda has its region and credentials in the environment, and `aws-config` would
//! bring STS, SSO and profile files to find them (docs/adr/0005-lean-lambda.md).

use std::sync::OnceLock;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::{
    Client, Config,
    config::{
        BehaviorVersion, Region, SharedHttpClient, StalledStreamProtectionConfig,
        endpoint::{DefaultResolver, Endpoint, EndpointFuture, Params, ResolveEndpoint},
        retry::RetryConfig,
        timeout::TimeoutConfig,
    },
};

use super::transport::Transport;

/// Where DynamoDB is and as whom it is called.
#[derive(Clone)]
pub struct Connection {
    pub region: String,
    /// Another address than the region's, such as the embedded DynamoDB's.
    pub endpoint: Option<String>,
    pub credentials: Credentials,
    /// Another transport than the usual one: where tests inject faults.
    pub transport: Option<SharedHttpClient>,
    pub patience: Patience,
}

/// How long a call may take. By default the SDK waits for ever, while a caller behind API Gateway has 30 seconds and an
/// assistant's patience is shorter.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For one attempt; DynamoDB answers in milliseconds.
    pub attempt: Duration,
    /// For all attempts together.
    pub operation: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { attempt: Duration::from_millis(1_500), operation: Duration::from_secs(5) }
    }
}

/// How long opening a connection may take.
const CONNECT: Duration = Duration::from_secs(1);

/// A client with time-outs and retries set on purpose. By default the SDK's back-off starts at one second.
pub fn connect(connection: Connection) -> Client {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(connection.patience.attempt)
        .operation_timeout(connection.patience.operation)
        .build();
    let retries = RetryConfig::standard()
        .with_max_attempts(4)
        .with_initial_backoff(Duration::from_millis(25))
        .with_max_backoff(Duration::from_secs(1));
    let transport = connection.transport.unwrap_or_else(|| SharedHttpClient::new(Transport::new(CONNECT)));
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(connection.region))
        .endpoint_resolver(OneEndpoint::default())
        .credentials_provider(connection.credentials)
        .http_client(transport)
        .timeout_config(timeouts)
        // An attempt ends in time, whatever holds it up; watching its speed besides is work without use.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .retry_config(retries);
    config.set_endpoint_url(connection.endpoint);
    Client::from_conf(config.build())
}

/// Where DynamoDB is, found out once. The SDK's own resolver does so again whenever a call names the table in another way
/// than the call before, as a query and a transaction do; but all calls are about one table.
#[derive(Debug, Default)]
struct OneEndpoint {
    resolver: DefaultResolver,
    found: OnceLock<Endpoint>,
}

impl ResolveEndpoint for OneEndpoint {
    fn resolve_endpoint<'a>(&'a self, params: &'a Params) -> EndpointFuture<'a> {
        if let Some(found) = self.found.get() {
            return EndpointFuture::ready(Ok(found.clone()));
        }
        EndpointFuture::new(async move {
            let found = ResolveEndpoint::resolve_endpoint(&self.resolver, params).await?;
            Ok(self.found.get_or_init(|| found).clone())
        })
    }
}
