//! Repairs events before `lambda_http` reads them. `lambda_http` panics if it cannot make a URI of the texts that a client
//! sent, and a panic ends the process. So this module first makes these texts valid.

use axum::http::{HeaderMap, Uri, header};
use lambda_http::{LambdaEvent, aws_lambda_events::apigw::ApiGatewayV2httpRequest, request::LambdaRequest};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::value::RawValue;
use url::Url;

/// The characters that a query must encode (RFC 3986, section 3.4). The percent sign is not among them, so that encoded
/// characters are not encoded again.
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

/// An event of any kind. `lambda_http` first tries to read an event as the event of a REST API. Our events come from HTTP
/// APIs and function URLs. So this type tries their form first, and reads such an event only once.
#[derive(Debug)]
pub struct Event(LambdaRequest);

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let event = <&RawValue>::deserialize(deserializer)?.get();
        match serde_json::from_str::<ApiGatewayV2httpRequest>(event) {
            Ok(request) if request.version.as_deref() == Some("2.0") => Ok(Self(LambdaRequest::ApiGatewayV2(request))),
            _ => serde_json::from_str(event).map(Self).map_err(D::Error::custom),
        }
    }
}

/// The event with a query, a host and a scheme that every parser accepts. HTTP APIs and function URLs pass on the query as
/// the client sent it, or with decoded blanks. Load balancers pass on any host.
pub fn readable(event: LambdaEvent<Event>) -> LambdaEvent<LambdaRequest> {
    let LambdaEvent { payload: Event(mut request), context, .. } = event;
    match &mut request {
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
    LambdaEvent::new(request, context)
}

/// Whether both parsers that `lambda_http` uses accept an address with this host.
fn makes_a_uri(host: &str) -> bool {
    // Both parsers accept a plain name. `parses` tries the other names: a name with digits at its end may be an IP address,
    // and a name with `--` may be encoded.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let top = host.rsplit('.').next().unwrap_or_default();
    let name = host.bytes().all(plain) && !top.is_empty() && top.bytes().all(|byte| byte.is_ascii_alphabetic());
    (name && !host.contains("--")) || parses(host)
}

fn parses(host: &str) -> bool {
    Url::parse(&format!("https://{host}/")).is_ok_and(|url| url.as_str().parse::<Uri>().is_ok())
}

/// Removes an invalid host, and a scheme other than http and https. Our code uses neither of them.
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_event_is_of_the_kind_that_sent_it() {
        let kind = |event: &str| match serde_json::from_str::<Event>(event).map(|Event(request)| request) {
            Ok(LambdaRequest::ApiGatewayV2(_)) => "HTTP API",
            Ok(LambdaRequest::ApiGatewayV1(_)) => "REST API",
            Ok(LambdaRequest::Alb(_)) => "load balancer",
            Ok(_) => "another",
            Err(_) => "none",
        };
        assert_eq!(kind(include_str!("../../../tests/events/http_api.json")), "HTTP API");
        assert_eq!(kind(include_str!("../../../tests/events/function_url.json")), "HTTP API");
        let rest = include_str!("../../../tests/events/rest_api.json");
        assert_eq!(kind(rest), "REST API");
        // The event of an HTTP API with payload format 1.0.
        assert_eq!(kind(&rest.replacen('{', "{\"version\": \"1.0\",", 1)), "REST API");
        assert_eq!(kind(include_str!("../../../tests/events/load_balancer.json")), "load balancer");
        assert_eq!(kind(r#"{"Records": []}"#), "none");
    }

    #[test]
    fn a_host_that_is_not_in_ascii_is_none() {
        for host in ["A\u{e4}", "a\u{e4}.example", "A%C3%A4"] {
            assert!(!makes_a_uri(host), "{host}");
        }
        // An encoded name is accepted without decoding, even if it is not a valid name.
        assert!(makes_a_uri("xn--bcher-kva.example") && makes_a_uri("xn--3ug"));
    }

    proptest! {
        #[test]
        fn a_host_is_kept_if_it_makes_a_uri_however_that_was_found_out(host in "[a-zA-Z0-9.-]{0,70}|xn--[a-z0-9.-]{0,9}|\\PC{0,9}") {
            prop_assert_eq!(makes_a_uri(&host), parses(&host), "{}", host);
        }
    }
}
