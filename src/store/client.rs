//! The SDK client, made by hand: a Lambda has its region and credentials in the environment, and `aws-config` would
//! bring STS, SSO and profile files to find them (docs/adr/0005-lean-lambda.md).

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

/// Where DynamoDB is and as whom it is called.
#[derive(Clone)]
pub struct Connection {
    pub region: String,
    /// Another address than the region's, such as the embedded DynamoDB's.
    pub endpoint: Option<String>,
    pub credentials: Credentials,
    /// Another transport than the usual one: where tests inject faults.
    pub transport: Option<SharedHttpClient>,
    /// How long one attempt of a call may take; there are at most five.
    pub patience: Duration,
}

/// How long one attempt of a call may take. DynamoDB answers in milliseconds. By default the SDK waits for ever, but a caller
/// behind API Gateway has 30 seconds and assistants give up earlier; all attempts and the pauses between them take about 5
/// seconds.
pub const PATIENCE: Duration = Duration::from_millis(1_000);
/// How often a call is made that fails for a reason that may pass. With fewer a busy table has requests refused
/// (docs/PERFORMANCE.md).
const ATTEMPTS: u32 = 5;
/// How long opening a connection may take.
const CONNECT: Duration = Duration::from_secs(1);

/// A client with time-outs and retries set on purpose. By default the SDK's back-off starts at one second.
pub fn connect(connection: Connection) -> Client {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(connection.patience).build();
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
        // They are at hand and do not change.
        .identity_cache(IdentityCache::no_cache())
        .http_client(transport)
        .timeout_config(timeouts)
        // An attempt ends in time, whatever holds it up; watching its speed besides is work without use.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .retry_config(retries)
        .interceptor(UserAgent);
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

/// Names the caller to AWS, which CloudTrail shows, by one word that never changes. The SDK makes a longer description for
/// each call, signs it, and sends how often it has tried, and nobody asks for it.
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
        state.store_put(disable_interceptor::<RequestInfoInterceptor>("nobody asks for it"));
        state.store_put(disable_interceptor::<InvocationIdInterceptor>("nobody asks for it"));
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

    /// Keeps the headers of a call and fails.
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
            patience: PATIENCE,
        });
        client.get_item().table_name("todos").send().await.unwrap_err();
        let headers = headers.0.lock().unwrap();
        let agents: Vec<_> =
            headers.iter().filter(|(name, _)| name.contains("agent") || name.contains("sdk")).collect();
        assert_eq!(agents, [&("user-agent".to_owned(), concat!("todo-action/", env!("CARGO_PKG_VERSION")).to_owned())]);
        assert!(headers.iter().any(|(name, _)| name == "authorization"), "{headers:?}");
    }
}
