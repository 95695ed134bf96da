//! A deployment to which programs send requests with complete addresses, such as `https://todo.test/prod/mcp`. If API
//! Gateway has a stage, only addresses with the path of the stage reach the function.

use axum::{body::Body, http::HeaderMap, http::Request};
use serde_json::{Value, json};
use todo_action::config::Auth;

use super::{
    super::harness::{Answer, Api},
    person::encoded,
    provider::Provider,
};

pub struct Deployment {
    pub provider: Provider,
    pub api: Api,
    /// The address of the deployment, for example `https://todo.test/prod`.
    pub base: &'static str,
}

/// The members that the TypeScript SDK of MCP demands from an OpenID configuration. If one of these members is missing,
/// the SDK ends the sign-in.
const OPENID: [&str; 7] = [
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "response_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
];

impl Deployment {
    pub async fn at(base: &'static str) -> Self {
        let provider = Provider::start().await;
        let oauth = provider.agreed();
        let api = Api::configured(|config| {
            config.public_url = Some(base.to_owned());
            config.auth = Auth::OAuth(Box::new(oauth));
        });
        Self { provider, api, base }
    }

    /// The path that the function receives if a program sends a request to this address. `None` if such a request does
    /// not reach the function.
    pub fn path<'a>(&self, address: &'a str) -> Option<&'a str> {
        address.strip_prefix(self.base).filter(|path| path.starts_with('/'))
    }

    async fn send(&self, address: &str, request: axum::http::request::Builder, body: String) -> Answer {
        let Some(path) = self.path(address) else {
            let body = json!({"message": "Not Found"});
            return Answer { status: 404.try_into().unwrap(), headers: HeaderMap::new(), text: body.to_string(), body };
        };
        self.api.raw(request.uri(path).header("host", "todo.test").body(Body::from(body)).unwrap()).await
    }

    pub async fn get(&self, address: &str) -> Answer {
        self.send(address, Request::get("/"), String::new()).await
    }

    pub async fn post_json(&self, address: &str, body: &Value) -> Answer {
        self.send(address, Request::post("/").header("content-type", "application/json"), body.to_string()).await
    }

    pub async fn post_form(&self, address: &str, form: &[(&str, &str)]) -> Answer {
        let request = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
        self.send(address, request, encoded(form)).await
    }

    /// A program without a token sends a request to the MCP endpoint. The addresses in the answers lead the program to
    /// the metadata of the authorization server. Returns these metadata.
    pub async fn discovered(&self) -> Value {
        let mcp = format!("{}/mcp", self.base);
        let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "imitation", "version": "1"}}});
        let refused = self.post_json(&mcp, &hello).await;
        assert_eq!(refused.status, 401, "{}", refused.text);
        let challenge = refused.headers["www-authenticate"].to_str().unwrap();
        let metadata = challenge.split_once("resource_metadata=\"").unwrap().1.split_once('"').unwrap().0;
        let resource = self.get(metadata).await;
        assert_eq!((resource.status.as_u16(), &resource.body["resource"]), (200, &json!(mcp)), "{}", resource.text);
        assert_eq!(resource.body["authorization_servers"], json!([self.base]));
        let (place, server) = self.server_of(self.base).await;
        assert_eq!(server["issuer"], self.base, "programs compare the issuer letter for letter");
        if place.contains("openid-configuration") {
            let missing: Vec<_> = OPENID.iter().filter(|name| server[**name].is_null()).collect();
            assert!(missing.is_empty(), "{missing:?}");
        }
        server
    }

    /// The first document that a program finds about the authorization server (MCP 2025-11-25, Authorization Server
    /// Metadata Discovery).
    async fn server_of(&self, issuer: &str) -> (String, Value) {
        let origin_end = issuer[8..].find('/').map_or(issuer.len(), |at| at + 8);
        let (origin, path) = issuer.split_at(origin_end);
        for place in [
            format!("{origin}/.well-known/oauth-authorization-server{path}"),
            format!("{origin}/.well-known/openid-configuration{path}"),
            format!("{issuer}/.well-known/openid-configuration"),
        ] {
            let answer = self.get(&place).await;
            if answer.status == 200 {
                return (place, answer.body);
            }
        }
        panic!("a program finds no metadata of {issuer}");
    }
}
