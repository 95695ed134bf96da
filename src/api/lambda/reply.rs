//! Makes the answer of the function from the answer of the router.

use std::pin::Pin;

use axum::{body::to_bytes, response::Response};
use lambda_http::{Body, IntoResponse};

/// An answer of the router. `lambda_http` could also convert an answer of the router by itself, but the program would
/// then contain the tables of many character sets (docs/PERFORMANCE.md). The program needs no such tables, because all
/// texts of this service are UTF-8.
#[derive(Debug)]
pub struct Reply(pub Response);

impl IntoResponse for Reply {
    fn into_response(self) -> Pin<Box<dyn Future<Output = lambda_http::Response<Body>> + Send>> {
        Box::pin(async {
            let (parts, body) = self.0.into_parts();
            // Every body is already in memory, so the program can always read the body.
            let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
            // A Lambda answer contains text as it is, and all other bytes in Base64. The client gets the same bytes in
            // both cases.
            let body =
                String::from_utf8(bytes.into()).map_or_else(|other| Body::Binary(other.into_bytes()), Body::Text);
            lambda_http::Response::from_parts(parts, body)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_body_that_is_not_utf_8_is_sent_in_base64() {
        for (sent, expected) in [
            (&b""[..], Body::Text(String::new())),
            ("ä €".as_bytes(), Body::Text("ä €".to_owned())),
            (b"\x1f\x8b\x08", Body::Binary(vec![0x1f, 0x8b, 0x08])),
        ] {
            let answer = Response::builder().header("etag", "\"1\"").body(sent.into()).unwrap();
            let answer = Reply(answer).into_response().await;
            assert_eq!((&answer.headers()["etag"], answer.body()), (&"\"1\"".parse().unwrap(), &expected));
        }
    }
}
