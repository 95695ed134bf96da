//! This proxy in front of DynamoDB refuses every 20th call with a throttling error.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http_body_util::{BodyExt, Either, Full};
use hyper::{
    Request, Response, StatusCode, Uri,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use tokio::net::TcpListener;

use crate::Result;

/// The proxy refuses every 20th call, which is 5 % of all calls.
const EVERY: u64 = 20;
/// DynamoDB's answer to a throttled call.
const THROTTLED: &str =
    r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"Rate exceeded"}"#;

type Upstream = Client<HttpConnector, Incoming>;

/// Starts the proxy, which runs until the Tokio runtime ends. Returns the address of the proxy, and the counter of the
/// refused calls.
pub async fn before(target: SocketAddr) -> Result<(SocketAddr, Arc<AtomicU64>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (calls, refused) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let client: Upstream = Client::builder(TokioExecutor::new()).build_http();
    let told = refused.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (client, calls, refused) = (client.clone(), calls.clone(), refused.clone());
            let service = service_fn(move |request| {
                let refuse = calls.fetch_add(1, Ordering::Relaxed) % EVERY == EVERY - 1;
                refused.fetch_add(refuse.into(), Ordering::Relaxed);
                answer(client.clone(), target, request, refuse)
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    Ok((address, told))
}

type Answer = Response<Either<Full<Bytes>, Incoming>>;

async fn answer(
    client: Upstream,
    target: SocketAddr,
    mut request: Request<Incoming>,
    refuse: bool,
) -> std::result::Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
    if refuse {
        // The proxy reads the whole call before it refuses the call. If the proxy did not read the whole call, `hyper`
        // might close the connection after the answer.
        request.into_body().collect().await?;
        let response =
            Response::builder().status(StatusCode::BAD_REQUEST).header("content-type", "application/x-amz-json-1.0");
        return Ok(response.body(Either::Left(Full::from(THROTTLED)))?);
    }
    *request.uri_mut() = Uri::builder().scheme("http").authority(target.to_string()).path_and_query("/").build()?;
    Ok(client.request(request).await?.map(Either::Right))
}
