//! Tests which connections `todo serve` and `todo dynamodb` accept, and how long a connection stays open without a
//! request.

use std::convert::Infallible;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use axum::{
    body::{Body, to_bytes},
    http::{Request, Version},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};

use super::{
    command::{Server, todo},
    dynamodb::Dynamodb,
    folder::Folder,
};

/// If a connection has no request for this time, the server closes the connection.
const WITHOUT_REQUEST: Duration = Duration::from_secs(10);
/// The maximum number of connections.
const CONNECTIONS: usize = 200;

/// Sends `first`, and then sends `more` every half second. Returns how long the server keeps the connection open.
fn kept_open(address: &str, first: &[u8], more: &[u8]) -> Duration {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    stream.write_all(first).unwrap();
    let begin = Instant::now();
    let mut answer = [0; 4096];
    while begin.elapsed() < WITHOUT_REQUEST * 3 {
        match stream.read(&mut answer) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if stream.write_all(more).is_err() {
                    break;
                }
            }
            Err(_) => break,
        }
    }
    begin.elapsed()
}

#[test]
fn a_client_that_sends_its_headers_too_slowly_loses_its_connection() {
    let folder = Folder::new("slow");
    let server = Server::start(&folder.file("todos.db"));
    let database = Dynamodb::start(&[], None);
    let url = database.url();
    let slow: [(&[u8], &[u8]); 7] = [
        (b"", b""),
        (b"", b"\r\n"),
        (b"GET /todos HTTP/1.1\r\nHost: localhost\r\n", b"A: b\r\n"),
        (b"PRI", b""),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b""),
        // The client sends an empty SETTINGS frame, and then sends many PING frames.
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", b"\0\0\x08\x06\0\0\0\0\0abcdefgh"),
        // After the answer, the client sends no further request on this connection.
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", b""),
    ];
    std::thread::scope(|scope| {
        for address in [server.address.as_str(), url.strip_prefix("http://").unwrap()] {
            for (first, more) in slow {
                scope.spawn(move || {
                    let open = kept_open(address, first, more);
                    let expected = WITHOUT_REQUEST - Duration::from_secs(1)..WITHOUT_REQUEST + Duration::from_secs(4);
                    // The two servers answer wrong requests immediately, and then close the connection.
                    let is_wrong = !more.is_empty() && first.is_empty();
                    assert!(expected.contains(&open) || (is_wrong && open < expected.end), "{first:?}: {open:?}");
                });
            }
        }
    });
    assert_eq!(server.send("GET", "/health", Value::Null).0, 200);
}

#[test]
fn a_client_with_too_many_connections_waits_until_one_of_them_is_closed() {
    let folder = Folder::new("many");
    let server = Server::start(&folder.file("todos.db"));
    let mut many: Vec<_> = (0..CONNECTIONS).map(|_| TcpStream::connect(&server.address).unwrap()).collect();
    let begin = Instant::now();
    let mut waiting = TcpStream::connect(&server.address).unwrap();
    let request = format!("GET /health HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.address);
    waiting.write_all(request.as_bytes()).unwrap();
    waiting.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    assert!(waiting.read(&mut [0; 1]).is_err(), "the server answers more than {CONNECTIONS} connections");
    drop(many.pop());
    let mut answer = String::new();
    waiting.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(begin.elapsed() < WITHOUT_REQUEST, "the server answers before it closes the idle connections");
}

/// Sends a request over HTTP/2 to this port of this machine, even if `host` is the name of another machine.
async fn over_http2(method: &str, host: &str, port: &str, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let this_machine =
        tower::service_fn(|_| async { Ok::<_, Infallible>([SocketAddr::from(([127, 0, 0, 1], 0))].into_iter()) });
    let connector = HttpConnector::new_with_resolver(this_machine);
    let client = Client::builder(TokioExecutor::new()).http2_only(true).build(connector);
    let mut request = Request::builder().method(method).uri(format!("http://{host}:{port}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let body = if method == "POST" { Body::from(ping.to_string()) } else { Body::empty() };
    let request = request.header("Content-Type", "application/json").body(body).unwrap();
    let answer = client.request(request).await.unwrap();
    assert_eq!(answer.version(), Version::HTTP_2);
    let (status, body) = (answer.status().as_u16(), to_bytes(Body::new(answer.into_body()), 1_000_000).await.unwrap());
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn over_http_2_the_authority_is_the_host() {
    let folder = Folder::new("http2");
    let data = folder.file("todos.db");
    for auth in ["none", "api-key"] {
        let server = Server::start_with(&data, &["--auth", auth]);
        let made = todo(&["keys", "create", "--name", auth, "--data", data.to_str().unwrap()]).output().unwrap().stdout;
        let key = String::from_utf8(made).unwrap();
        let port = server.address.rsplit(':').next().unwrap();
        let own = format!("127.0.0.1:{port}");
        let requests = [("GET", "/health"), ("GET", "/todos"), ("POST", "/mcp")];
        for (method, path) in requests {
            for host in ["127.0.0.1", "localhost", "LOCALHOST"] {
                let (status, answer) = over_http2(method, host, port, path, &[("X-Api-Key", key.trim())]).await;
                assert_eq!(status, 200, "{auth} {host} {path}: {answer}");
            }
            // If a server requires keys, only `/mcp` checks the host.
            if auth == "none" || path == "/mcp" {
                let key = ("X-Api-Key", key.trim());
                for (host, headers) in [
                    ("evil.example", vec![key]),
                    ("evil.example", vec![key, ("Host", &own)]),
                    ("127.0.0.1", vec![key, ("Host", "evil.example")]),
                    ("127.0.0.1", vec![key, ("Origin", "http://evil.example")]),
                ] {
                    let (status, answer) = over_http2(method, host, port, path, &headers).await;
                    assert_eq!(
                        (status, &answer["code"]),
                        (403, &json!("foreign_origin")),
                        "{auth} {host} {path} {headers:?}"
                    );
                }
            }
        }
    }
}
