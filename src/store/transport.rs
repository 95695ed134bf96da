//! Sends the calls of the SDK to DynamoDB, over connections that `src/tls/mod.rs` makes.

use std::time::Duration;

use aws_smithy_runtime_api::client::{
    connection::{CaptureSmithyConnection, ConnectionMetadata},
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use hyper_util::{
    client::legacy::{
        Client,
        connect::{CaptureConnection, capture_connection},
    },
    rt::{TokioExecutor, TokioTimer},
};

use crate::tls::{self, Connector, Reach};

/// An HTTP client, or the reason why the program could not make an HTTP client. The client keeps its connections, and
/// trusts the root certificates of the machine.
#[derive(Debug, Clone)]
pub(super) struct Transport(Result<Client<Connector, SdkBody>, String>);

impl Transport {
    /// `connect` is the time limit for opening a connection.
    pub(super) fn new(connect: Duration) -> Self {
        let pooled = |connector| Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        Self(tls::connector(connect, Reach::Everywhere).map(pooled))
    }
}

impl HttpClient for Transport {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Transport {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = match &self.0 {
            Ok(client) => client,
            Err(why) => return HttpConnectorFuture::ready(Err(ConnectorError::user(why.clone().into()))),
        };
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        // If DynamoDB answers with a server error, the SDK does not use the same connection again. So the next attempt
        // may reach another host.
        let connection = capture_connection(&mut request);
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || Some(metadata(connection.clone())));
        }
        let answer = client.request(request);
        HttpConnectorFuture::new(async move {
            // After any network error, a new attempt may succeed. `ConnectorError::io` tells the SDK to try again.
            let answer = answer.await.map_err(|error| ConnectorError::io(error.into()))?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

fn metadata(connection: CaptureConnection) -> ConnectionMetadata {
    let poison = move || {
        if let Some(connected) = connection.connection_metadata().as_ref() {
            connected.poison();
        }
    };
    ConnectionMetadata::builder().proxied(false).poison_fn(poison).build()
}
