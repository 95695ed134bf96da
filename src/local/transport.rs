//! Connects the SDK to a database in the same process. This module passes the requests of the SDK directly to the
//! database, without a network.

use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;

use dynoxide::Database;

use super::operations::{self, Tokens};

/// The SDK uses this HTTP client. The client passes every request to the embedded database.
#[derive(Clone)]
pub(super) struct InProcess(pub(super) Database);

impl std::fmt::Debug for InProcess {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("InProcess")
    }
}

impl HttpClient for InProcess {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let database = self.0.clone();
        HttpConnectorFuture::new(async move {
            let target = request.headers().get("x-amz-target").unwrap_or_default();
            // The SDK always has the whole body of a DynamoDB call in memory.
            let body = request.body().bytes().unwrap_or_default();
            let answer = operations::answer(&database, Tokens::Removed, target, body);
            HttpResponse::try_from(answer.map(SdkBody::from)).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;
    use aws_sdk_dynamodb::{
        Client,
        error::ProvideErrorMetadata,
        types::{AttributeValue, Put, TransactWriteItem},
    };

    use super::super::{Access, at, create_table, in_process, open, serve};
    use crate::store::connect;

    /// Whether two different transactions with the same token both succeed.
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
        let database = open(None, jiff::Timestamp::UNIX_EPOCH).unwrap();
        let client = connect(in_process(database.clone()));
        create_table(&client, "todos").await.unwrap();
        assert!(both_go_through(&client).await);
        let access = Access { key: "key".to_owned(), hosts: Vec::new() };
        let (address, server) = serve(0, database, access, std::future::pending()).await.unwrap();
        tokio::spawn(server);
        let credentials = Credentials::new("key", "secret", None, None, "test");
        let client = connect(at(format!("http://{address}"), Some(credentials)));
        assert!(!both_go_through(&client).await, "a token that arrives tells the second from the first");
    }
}
