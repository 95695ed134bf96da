//! Repairs Lambda events before the crate `lambda_http` reads them. `lambda_http` makes a URI from the query, the host
//! and the scheme that a client sent. If the URI is invalid, `lambda_http` panics, and the panic ends the process. So
//! this module first repairs the query, the path and the body, and removes an invalid host or scheme. `lambda_http`
//! also panics if a parameter of the query has no value, so this module removes such parameters.

use std::collections::HashMap;

use axum::http::{HeaderMap, Uri, header};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use lambda_http::{
    LambdaEvent,
    aws_lambda_events::{apigw::ApiGatewayV2httpRequest, query_map::QueryMap},
    request::LambdaRequest,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::value::RawValue;
use url::Url;

/// The characters that must be encoded in a query (RFC 3986, section 3.4). This set of characters does not contain the
/// percent sign, because an encoded character must not be encoded a second time.
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

/// A Base64 decoder that also accepts Base64 without padding.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const ANY_PADDING: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_ANY_PADDING: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// A Lambda event from any source. Our events come from HTTP APIs and function URLs, but `lambda_http` first tries to
/// read every event as the event of a REST API. This type tries the format of HTTP APIs and function URLs first, so the
/// program reads each of our events only once.
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

/// Makes the query, the host and the scheme of an event acceptable for every URI parser. HTTP APIs and function URLs
/// sometimes decode the encoded spaces in a query, but do not change the other characters of the query. If a client
/// sends an invalid host, a load balancer still puts this host into the event.
pub fn readable(event: LambdaEvent<Event>) -> LambdaEvent<LambdaRequest> {
    let LambdaEvent { payload: Event(mut request), context, .. } = event;
    match &mut request {
        LambdaRequest::ApiGatewayV2(request) => {
            keep_sound_address(&mut request.headers);
            keep_sound_domain(&request.headers, &mut request.request_context.domain_name);
            make_absolute(&mut request.raw_path);
            request.is_base64_encoded = decodable(request.is_base64_encoded, &mut request.body);
            if let Some(query) = &mut request.raw_query_string {
                *query = utf8_percent_encode(query, NOT_IN_A_QUERY).to_string();
            }
        }
        LambdaRequest::ApiGatewayV1(request) => {
            keep_sound_address(&mut request.headers);
            keep_sound_address(&mut request.multi_value_headers);
            keep_sound_domain(&request.headers, &mut request.request_context.domain_name);
            make_absolute(&mut request.path);
            request.is_base64_encoded = decodable(request.is_base64_encoded, &mut request.body);
            keep_given(&mut request.query_string_parameters);
            keep_given(&mut request.multi_value_query_string_parameters);
        }
        LambdaRequest::Alb(request) => {
            keep_sound_address(&mut request.headers);
            keep_sound_address(&mut request.multi_value_headers);
            make_absolute(&mut request.path);
            request.is_base64_encoded = decodable(request.is_base64_encoded, &mut request.body);
            keep_given(&mut request.query_string_parameters);
            keep_given(&mut request.multi_value_query_string_parameters);
        }
        _ => {}
    }
    LambdaEvent::new(request, context)
}

/// Puts a slash before a path that does not begin with a slash. Without the slash, `lambda_http` would read the path as
/// a part of the host.
fn make_absolute(path: &mut Option<String>) {
    if let Some(path) = path.as_mut().filter(|path| !path.starts_with('/')) {
        path.insert(0, '/');
    }
}

/// Removes the parameters that have an empty list of values. `lambda_http` panics if it reads such a parameter. This
/// function converts the parameters to JSON, because the type `QueryMap` gives no other access to the empty lists.
fn keep_given(parameters: &mut QueryMap) {
    if parameters.is_empty() {
        return;
    }
    let lists = serde_json::to_value(&*parameters).and_then(serde_json::from_value::<HashMap<String, Vec<String>>>);
    let mut lists = lists.unwrap_or_default();
    lists.retain(|_, values| !values.is_empty());
    *parameters = QueryMap::from(lists);
}

/// Returns whether `lambda_http` must decode the body as Base64. `lambda_http` panics if it decodes a body that is not
/// valid Base64. Some clients send Base64 with line breaks or with the URL alphabet. This function writes such a body
/// in the standard alphabet without line breaks. If the body is not Base64, the program reads the body as plain text.
fn decodable(is_base64: bool, body: &mut Option<String>) -> bool {
    let Some(body) = body.as_mut().filter(|_| is_base64) else { return is_base64 };
    let text: String = body.split_ascii_whitespace().collect();
    let decoded = ANY_PADDING.decode(&text).or_else(|_| URL_ANY_PADDING.decode(&text));
    if let Ok(bytes) = &decoded {
        *body = STANDARD.encode(bytes);
    }
    decoded.is_ok()
}

/// Returns whether an address with this host is a valid URI. `lambda_http` uses two URI parsers, and both parsers must
/// accept the address.
fn makes_a_uri(host: &str) -> bool {
    // Both URI parsers accept a host name if it has only letters, digits, dots and hyphens, no two hyphens in a row,
    // and only letters after the last dot. So the program does not run the parsers for such a host name. For any other
    // host name, `parses` runs both parsers. If the last part contains digits, the host can be an IP address. A host
    // name with `--` can be an encoded name (`xn--…`).
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let top = host.rsplit('.').next().unwrap_or_default();
    let name = host.bytes().all(plain) && !top.is_empty() && top.bytes().all(|byte| byte.is_ascii_alphabetic());
    (name && !host.contains("--")) || parses(host)
}

fn parses(host: &str) -> bool {
    Url::parse(&format!("https://{host}/")).is_ok_and(|url| url.as_str().parse::<Uri>().is_ok())
}

/// Removes the header `Host` if its value is invalid, and the header `X-Forwarded-Proto` if its value is not `http` or
/// `https`. Our code never takes the address of the deployment from these headers.
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

/// Removes the domain name of the API if it is invalid. `lambda_http` uses the domain name only if there is no header
/// `Host`.
fn keep_sound_domain(headers: &HeaderMap, domain: &mut Option<String>) {
    if !headers.contains_key(header::HOST) && domain.as_deref().is_some_and(|domain| !makes_a_uri(domain)) {
        *domain = None;
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
        // An event of an HTTP API with payload format 1.0 is like an event of a REST API, but also contains `version`.
        assert_eq!(kind(&rest.replacen('{', "{\"version\": \"1.0\",", 1)), "REST API");
        assert_eq!(kind(include_str!("../../../tests/events/load_balancer.json")), "load balancer");
        assert_eq!(kind(r#"{"Records": []}"#), "none");
    }

    #[test]
    fn a_host_that_is_not_in_ascii_is_none() {
        for host in ["A\u{e4}", "a\u{e4}.example", "A%C3%A4"] {
            assert!(!makes_a_uri(host), "{host}");
        }
        // The parsers do not decode an encoded host name. So the parsers accept an encoded name even if the decoded
        // name is invalid.
        assert!(makes_a_uri("xn--bcher-kva.example") && makes_a_uri("xn--3ug"));
    }

    proptest! {
        #[test]
        fn a_host_is_kept_if_it_makes_a_uri_however_that_was_found_out(host in "[a-zA-Z0-9.-]{0,70}|xn--[a-z0-9.-]{0,9}|\\PC{0,9}") {
            prop_assert_eq!(makes_a_uri(&host), parses(&host), "{}", host);
        }
    }
}
