//! How calls reach DynamoDB: by our own connections (`tls.rs`), as the SDK wants to be handed them.

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

use crate::tls::{self, Connector};

/// A client that keeps its connections and trusts whom the machine trusts, or why there is none.
#[derive(Debug, Clone)]
pub(super) struct Transport(Result<Client<Connector, SdkBody>, String>);

impl Transport {
    /// `connect` is how long opening a connection may take.
    pub(super) fn new(connect: Duration) -> Self {
        let pooled = |connector| Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        Self(tls::connector(connect).map(pooled))
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
        // The SDK leaves a connection that answered with a server error, so that the next attempt may reach another host.
        let connection = capture_connection(&mut request);
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || Some(metadata(connection.clone())));
        }
        let answer = client.request(request);
        HttpConnectorFuture::new(async move {
            // Whatever went wrong on the way may go better the next time: the SDK repeats what failed with `io`.
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
