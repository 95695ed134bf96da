//! Events as the world sends them. `lambda_http` panics where it cannot make a URI of what a client wrote, and a panic
//! ends the process; so what is no URI is made one before.

use axum::http::{HeaderMap, Uri, header};
use lambda_http::{LambdaEvent, request::LambdaRequest};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::Url;

/// What a query may not hold as it is (RFC 3986, section 3.4). Percent signs stay: what is encoded is not encoded again.
const NOT_IN_A_QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The event with a query, a host and a scheme that every parser takes. HTTP APIs and function URLs hand on the query as
/// the client sent it or with its blanks decoded, load balancers hand on any host.
pub fn readable(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    match &mut event.payload {
        LambdaRequest::ApiGatewayV2(request) => {
            keep_sound_address(&mut request.headers);
            if let Some(query) = &mut request.raw_query_string {
                *query = utf8_percent_encode(query, NOT_IN_A_QUERY).to_string();
            }
        }
        LambdaRequest::ApiGatewayV1(request) => {
            keep_sound_address(&mut request.headers);
            keep_sound_address(&mut request.multi_value_headers);
        }
        LambdaRequest::Alb(request) => {
            keep_sound_address(&mut request.headers);
            keep_sound_address(&mut request.multi_value_headers);
        }
        _ => {}
    }
    event
}

/// Whether both parsers that `lambda_http` uses take an address with this host.
fn makes_a_uri(host: &str) -> bool {
    Url::parse(&format!("https://{host}/")).is_ok_and(|url| url.as_str().parse::<Uri>().is_ok())
}

/// Drops a host that is none and a scheme that is not the web's. Nothing of ours relies on either.
fn keep_sound_address(headers: &mut HeaderMap) {
    let text =
        |headers: &HeaderMap, name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if text(headers, header::HOST.as_str()).is_none_or(|host| !makes_a_uri(&host)) {
        headers.remove(header::HOST);
    }
    if text(headers, "x-forwarded-proto").is_none_or(|scheme| !matches!(scheme.as_str(), "http" | "https")) {
        headers.remove("x-forwarded-proto");
    }
}
