//! Makes the SDK client without the crate `aws-config`. A Lambda function gets its region and its credentials from
//! environment variables. The crate `aws-config` would add code for other sources of credentials: STS, SSO and profile
//! files (docs/adr/0005-lean-lambda.md).

use std::sync::OnceLock;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_runtime::{
    invocation_id::InvocationIdInterceptor, request_info::RequestInfoInterceptor, user_agent::UserAgentInterceptor,
};
use aws_sdk_dynamodb::{
    Client, Config,
    config::{
        BehaviorVersion, ConfigBag, IdentityCache, Intercept, Region, RuntimeComponents, SharedHttpClient,
        StalledStreamProtectionConfig,
        endpoint::{DefaultResolver, Endpoint, EndpointFuture, Params, ResolveEndpoint},
        interceptors::{BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut},
        retry::RetryConfig,
        timeout::TimeoutConfig,
    },
    error::BoxError,
};
use aws_smithy_runtime_api::client::interceptors::{disable_interceptor, dyn_dispatch_hint};

use super::transport::Transport;

/// The settings for a connection to DynamoDB: the region or the address, the credentials, the transport and the time
/// limit.
#[derive(Clone)]
pub struct Connection {
    pub region: String,
    /// An address that replaces the region's address, such as the address of an embedded DynamoDB.
    pub endpoint: Option<String>,
    pub credentials: Credentials,
    /// A transport that replaces the usual transport. The embedded DynamoDB has its own transport. Tests have a
    /// transport that injects faults.
    pub transport: Option<SharedHttpClient>,
    /// The time limit for one attempt of a call. A call has at most five attempts.
    pub timeout: Duration,
}

/// The time limit for one attempt of a call to DynamoDB. DynamoDB usually answers in milliseconds. Without this time
/// limit, the SDK would wait for ever. All attempts of a call take at most about 5 seconds in total, including the
/// pauses between the attempts. A request to this service may take 14 seconds (`src/api/mod.rs`).
pub const TIMEOUT: Duration = Duration::from_millis(1_000);
/// The maximum number of attempts for a call that fails for a temporary reason. With fewer attempts, more requests
/// would fail while the table is busy (docs/PERFORMANCE.md).
const ATTEMPTS: u32 = 5;
/// The time limit for opening a connection.
const CONNECT: Duration = Duration::from_secs(1);

/// Makes a client with our own time-outs and retries. By default, the SDK waits up to one second before its first
/// retry.
pub fn connect(connection: Connection) -> Client {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(connection.timeout).build();
    let retries = RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(Duration::from_millis(25))
        .with_max_backoff(Duration::from_millis(100));
    let transport = connection.transport.unwrap_or_else(|| SharedHttpClient::new(Transport::new(CONNECT)));
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(connection.region))
        .endpoint_resolver(OneEndpoint::default())
        .credentials_provider(connection.credentials)
        // The credentials do not change, so the client needs no cache for credentials.
        .identity_cache(IdentityCache::no_cache())
        .http_client(transport)
        .timeout_config(timeouts)
        // Each attempt has a time limit, so the client does not have to check the speed of an answer.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .retry_config(retries)
        .interceptor(UserAgent);
    config.set_endpoint_url(connection.endpoint);
    Client::from_conf(config.build())
}

/// The address of DynamoDB. The program determines this address only once. The SDK's own resolver remembers the address
/// only until a call specifies the table in a different way. Queries and transactions specify the same table in
/// different ways, so the SDK's own resolver would often determine the address again.
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

/// Sends one fixed word as `User-Agent`. CloudTrail shows this word. The SDK would make and sign a longer `User-Agent`
/// for each call, and would also send the number of the attempt. Nobody needs this information.
#[derive(Debug)]
struct UserAgent;

#[dyn_dispatch_hint]
impl Intercept for UserAgent {
    fn name(&self) -> &'static str {
        "UserAgent"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let state = config.interceptor_state();
        state.store_put(disable_interceptor::<UserAgentInterceptor>("one of ours takes its place"));
        state.store_put(disable_interceptor::<RequestInfoInterceptor>("AWS does not need it"));
        state.store_put(disable_interceptor::<InvocationIdInterceptor>("AWS does not need it"));
        Ok(())
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        context.request_mut().headers_mut().insert("user-agent", concat!("todo-action/", env!("CARGO_PKG_VERSION")));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use aws_smithy_runtime_api::client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::HttpRequest,
        result::ConnectorError,
    };

    use super::*;

    /// A transport that stores the headers of a call, and then lets the call fail.
    #[derive(Debug, Clone, Default)]
    struct Headers(Arc<Mutex<Vec<(String, String)>>>);

    impl HttpConnector for Headers {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            let headers = request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
            *self.0.lock().unwrap() = headers.collect();
            HttpConnectorFuture::ready(Err(ConnectorError::user("nobody is there".into())))
        }
    }

    #[tokio::test]
    async fn a_call_names_this_program_and_says_nothing_else_of_who_calls() {
        let headers = Headers::default();
        let connector = headers.clone();
        let client = connect(Connection {
            region: "eu-west-1".to_owned(),
            endpoint: None,
            credentials: Credentials::new("key", "secret", None, None, "test"),
            transport: Some(http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone()))),
            timeout: TIMEOUT,
        });
        client.get_item().table_name("todos").send().await.unwrap_err();
        let headers = headers.0.lock().unwrap();
        let agents: Vec<_> =
            headers.iter().filter(|(name, _)| name.contains("agent") || name.contains("sdk")).collect();
        assert_eq!(agents, [&("user-agent".to_owned(), concat!("todo-action/", env!("CARGO_PKG_VERSION")).to_owned())]);
        assert!(headers.iter().any(|(name, _)| name == "authorization"), "{headers:?}");
    }
}
