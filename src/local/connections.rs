//! Answers the connections of a server on this machine. A client could open many connections, or send its requests very
//! slowly. So this server limits the number of connections, and the time that a connection stays open without a
//! request.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::{Router, routing::future::RouteFuture, serve::Listener};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::{
        conn::auto::Builder,
        graceful::{GracefulShutdown, Watcher},
    },
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};
use tower::util::MapFuture;

/// The maximum number of open connections. Further connections wait until one of the open connections is closed. On
/// many systems, a program can open only 256 files, and the data file needs some of these files.
const CONNECTIONS: usize = 200;
/// If the complete headers of a request do not arrive within this time, the server closes the connection. The time
/// begins when the client connects, or when the previous answer is ready. So this is also the time that an idle
/// connection stays open. The client must also read an answer within this time. The router limits how long the program
/// may work on a request.
const WITHOUT_REQUEST: Duration = Duration::from_secs(10);

/// Answers requests with HTTP/1.1 and HTTP/2. When the Rust future `stop` completes, the server accepts no more
/// connections. The server ends as soon as it has answered all requests.
pub async fn serve_router(mut listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let open = GracefulShutdown::new();
    let accept = async {
        // The semaphore is never closed, so this loop does not end.
        while let Ok(place) = places.clone().acquire_owned().await {
            let (stream, _) = Listener::accept(&mut listener).await;
            drop(tokio::spawn(connection(stream, router.clone(), open.watcher(), place)));
        }
    };
    tokio::select! {
        () = accept => {}
        () = stop => {}
    }
    open.shutdown().await;
}

/// Answers the requests of one connection. Keeps `_place` until the connection is closed.
async fn connection(stream: TcpStream, router: Router, stopping: Watcher, _place: OwnedSemaphorePermit) {
    let requests = watch::Sender::new(0);
    let without_request = without_request(requests.subscribe());
    let router = MapFuture::new(router, move |answer: RouteFuture<Infallible>| {
        let running = Running::new(requests.clone());
        async move {
            let answer = answer.await;
            drop(running);
            answer
        }
    });
    let server = Builder::new(TokioExecutor::new());
    let answered = stopping.watch(server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)));
    tokio::select! {
        // If a client closes its connection in the middle of a request, this is no failure of the server.
        _ = answered => {}
        () = without_request => {}
    }
}

/// Counts a request until its answer is ready, or until the client gives up.
struct Running(watch::Sender<usize>);

impl Running {
    fn new(requests: watch::Sender<usize>) -> Self {
        requests.send_modify(|requests| *requests += 1);
        Self(requests)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|requests| *requests -= 1);
    }
}

/// Waits until the number of requests has been 0 for the time `WITHOUT_REQUEST`.
async fn without_request(mut requests: watch::Receiver<usize>) {
    while requests.wait_for(|requests| *requests == 0).await.is_ok() {
        if tokio::time::timeout(WITHOUT_REQUEST, requests.changed()).await.is_err() {
            return;
        }
    }
}
