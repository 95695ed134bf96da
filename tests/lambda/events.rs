//! Imitates the AWS services in front of a function. A service converts each request into an event for the function.
//! Then the service converts the function's result into an answer for the client. The templates in `tests/events` look
//! like real events.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};

/// An AWS service that can be in front of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    HttpApi,
    RestApi,
    FunctionUrl,
    LoadBalancer,
    /// A load balancer whose target group enables multi-value headers.
    LoadBalancerMultiValue,
}

/// A request of a client, and the AWS service that receives the request.
#[derive(Debug, Clone)]
pub struct Ask {
    pub door: Door,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
    base64: bool,
    stage: Option<&'static str>,
}

/// The answer that the client gets.
#[derive(Debug)]
pub struct Reply {
    /// The id that Lambda gave to the invocation.
    pub request_id: String,
    pub status: u64,
    /// The headers of the answer, with names in lower case.
    pub headers: BTreeMap<String, String>,
    pub text: String,
    /// The body as JSON, or `null` if the body is not JSON.
    pub body: Value,
}

impl Door {
    pub const ALL: [Self; 5] =
        [Self::HttpApi, Self::RestApi, Self::FunctionUrl, Self::LoadBalancer, Self::LoadBalancerMultiValue];

    /// Creates a request. `target` is a percent-encoded path, with or without a query.
    pub fn ask(self, method: &str, target: &str) -> Ask {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (method, path, query) = (method.to_owned(), path.to_owned(), query.to_owned());
        Ask { door: self, method, path, query, headers: Vec::new(), body: None, base64: false, stage: None }
    }

    fn template(self) -> Value {
        serde_json::from_str(match self {
            Self::HttpApi => include_str!("../events/http_api.json"),
            Self::RestApi => include_str!("../events/rest_api.json"),
            Self::FunctionUrl => include_str!("../events/function_url.json"),
            Self::LoadBalancer => include_str!("../events/load_balancer.json"),
            Self::LoadBalancerMultiValue => include_str!("../events/load_balancer_multi_value.json"),
        })
        .unwrap()
    }

    /// Returns the domain of this service. The template for the service's events contains this domain.
    pub fn domain(self) -> String {
        self.template()["requestContext"]["domainName"].as_str().expect("a door with a domain").to_owned()
    }

    /// Returns the answer that the client gets if the function returns this value.
    #[track_caller]
    pub fn reply(self, request_id: String, returned: &Value) -> Reply {
        // To decode a base64 body, a REST API needs a list of binary media types. Without this list, the client would
        // get the body in base64.
        assert_eq!(returned["isBase64Encoded"], false, "{returned}");
        let text = returned["body"].as_str().unwrap_or_default().to_owned();
        let mut headers = BTreeMap::new();
        if self != Self::LoadBalancerMultiValue {
            let single = returned["headers"].as_object().expect("headers");
            headers.extend(single.iter().map(|(name, value)| (name.to_lowercase(), text_of(value))));
        }
        if matches!(self, Self::RestApi | Self::LoadBalancerMultiValue) {
            for (name, values) in returned["multiValueHeaders"].as_object().expect("multi-value headers") {
                let values: Vec<String> = values.as_array().expect("a list of values").iter().map(text_of).collect();
                headers.insert(name.to_lowercase(), values.join(", "));
            }
        }
        if let Some(cookies) = returned["cookies"].as_array().filter(|cookies| !cookies.is_empty()) {
            headers.insert("set-cookie".to_owned(), cookies.iter().map(text_of).collect::<Vec<_>>().join(", "));
        }
        let status = returned["statusCode"].as_u64().expect("a status code");
        let body = serde_json::from_str(&text).unwrap_or_default();
        Reply { request_id, status, headers, text, body }
    }
}

impl Ask {
    pub fn json(self, body: &Value) -> Self {
        let text = body.to_string();
        self.header("content-type", "application/json").text(text)
    }

    pub fn text(mut self, body: String) -> Self {
        self.headers.push(("content-length".to_owned(), body.len().to_string()));
        self.body = Some(body);
        self
    }

    /// If `base64` is true, the event contains the body in base64. If an AWS service thinks that a body is binary, the
    /// service encodes the body in base64.
    pub fn in_base64(mut self, base64: bool) -> Self {
        self.base64 = base64;
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends the request through this stage of the API.
    pub fn stage(mut self, stage: &'static str) -> Self {
        self.stage = Some(stage);
        self
    }

    /// Returns the event that the service sends to the function.
    pub fn event(&self) -> Value {
        let mut event = self.door.template();
        match self.door {
            Door::HttpApi | Door::FunctionUrl => self.fill_version_2(&mut event),
            Door::RestApi => self.fill_version_1(&mut event),
            Door::LoadBalancer => {
                self.fill_load_balancer(&mut event);
                event["queryStringParameters"] = last_of_each(&self.raw_query());
            }
            Door::LoadBalancerMultiValue => {
                self.fill_load_balancer(&mut event);
                event["multiValueQueryStringParameters"] = all_of_each(&self.raw_query());
            }
        }
        // In the format 2.0, the event contains the cookies in a separate list, and not in the headers.
        let cookies_apart = matches!(self.door, Door::HttpApi | Door::FunctionUrl);
        if let Some((_, cookies)) = self.headers.iter().find(|(name, _)| cookies_apart && name == "cookie") {
            event["cookies"] = json!(cookies.split("; ").collect::<Vec<_>>());
        }
        for member in ["headers", "multiValueHeaders"] {
            let Some(headers) = event[member].as_object_mut() else { continue };
            for (name, value) in self.headers.iter().filter(|(name, _)| !(cookies_apart && name == "cookie")) {
                headers.retain(|known, _| !known.eq_ignore_ascii_case(name));
                let value = if member == "headers" { json!(value) } else { json!([value]) };
                headers.insert(name.clone(), value);
            }
        }
        if let Some(body) = &self.body {
            event["body"] = json!(if self.base64 { BASE64_STANDARD.encode(body) } else { body.clone() });
        }
        event["isBase64Encoded"] = json!(self.base64 && self.body.is_some());
        event
    }

    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
    fn fill_version_2(&self, event: &mut Value) {
        let path = match self.stage {
            Some(stage) => format!("/{stage}{}", self.path),
            None => self.path.clone(),
        };
        event["rawPath"] = json!(path);
        // A function URL replaces each plus sign in the query with a blank (aws/aws-lambda-web-adapter, issue 491).
        let blank = if self.door == Door::FunctionUrl { " " } else { "+" };
        event["rawQueryString"] = json!(self.query.replace('+', blank));
        if !self.query.is_empty() {
            let mut joined = Map::new();
            for (name, values) in grouped(&self.decoded_query()) {
                joined.insert(name, json!(values.join(",")));
            }
            event["queryStringParameters"] = Value::Object(joined);
        }
        let context = &mut event["requestContext"];
        context["http"]["method"] = json!(self.method);
        context["http"]["path"] = json!(path);
        if let Some(stage) = self.stage {
            context["stage"] = json!(stage);
        }
    }

    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>
    fn fill_version_1(&self, event: &mut Value) {
        event["path"] = json!(self.path);
        event["httpMethod"] = json!(self.method);
        event["pathParameters"]["proxy"] = json!(self.path.trim_start_matches('/'));
        if !self.query.is_empty() {
            event["queryStringParameters"] = last_of_each(&self.decoded_query());
            event["multiValueQueryStringParameters"] = all_of_each(&self.decoded_query());
        }
        let context = &mut event["requestContext"];
        let stage = self.stage.map_or_else(|| text_of(&context["stage"]), str::to_owned);
        context["path"] = json!(format!("/{stage}{}", self.path));
        context["httpMethod"] = json!(self.method);
        context["stage"] = json!(stage);
    }

    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>
    fn fill_load_balancer(&self, event: &mut Value) {
        event["path"] = json!(self.path);
        event["httpMethod"] = json!(self.method);
    }

    fn decoded_query(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// Returns the parameters of the query in percent-encoding, because a load balancer does not decode parameters.
    fn raw_query(&self) -> Vec<(String, String)> {
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .collect()
    }
}

fn grouped(pairs: &[(String, String)]) -> BTreeMap<String, Vec<String>> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in pairs {
        groups.entry(name.clone()).or_default().push(value.clone());
    }
    groups
}

fn last_of_each(pairs: &[(String, String)]) -> Value {
    json!(pairs.iter().cloned().collect::<BTreeMap<_, _>>())
}

fn all_of_each(pairs: &[(String, String)]) -> Value {
    json!(grouped(pairs))
}

#[track_caller]
fn text_of(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

impl Reply {
    /// Asserts that the answer has this status and a JSON body.
    #[track_caller]
    pub fn assert_json(&self, status: u64) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/json", "{}", self.text);
        assert!(self.body.is_object(), "{}", self.text);
    }

    /// Asserts that the answer is a problem document (RFC 9457) with this status and code.
    #[track_caller]
    pub fn assert_problem(&self, status: u64, code: &str) {
        assert_eq!((self.status, &self.body["code"]), (status, &json!(code)), "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.text);
        assert_eq!(self.body["status"], status, "{}", self.text);
        assert_eq!(self.body["type"], format!("urn:todo-action:problem:{code}"));
    }
}
