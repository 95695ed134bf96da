//! Imitates assistants that cannot run in a test. Each imitation follows the documents of the assistant's maker, and
//! the requests that other servers have recorded. An imitation finds the metadata, introduces itself, compares `iss`,
//! sends `resource`, and refreshes its tokens.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    super::{
        harness::Answer,
        mcp::{Client, NEW, OLD},
    },
    deployment::Deployment,
    person::{Browser, Tokens, VERIFIER, challenge, encoded, encoded_map, goes_to, sent_to},
    somebody,
};

/// How a program introduces itself.
enum Introduction {
    /// The address of the program's client ID metadata document.
    Document(&'static str),
    /// The body of the program's registration.
    Registration(Value),
}
use Introduction::{Document, Registration};

/// A program that asks for access.
struct Assistant {
    introduction: Introduction,
    redirect_uri: &'static str,
    /// The requested scope.
    scope: Option<&'static str>,
    state: &'static str,
    /// The version of MCP that the program uses.
    version: &'static str,
    /// What the consent page shows. The second text is the name of the host that gets access.
    shown: [&'static str; 2],
}

/// All scopes, in the order of the metadata.
const ALL: Option<&str> = Some("todos:read todos");
/// The scope in the challenge.
const CHALLENGED: Option<&str> = Some("todos");

impl Assistant {
    /// The program connects to two deployments. The address of the first deployment has no path. The address of the
    /// second deployment has the path of an API Gateway stage.
    async fn connects(&self) {
        for base in ["https://todo.test", "https://todo.test/prod"] {
            self.connects_to(&Deployment::at(base).await).await;
        }
    }

    async fn connects_to(&self, deployment: &Deployment) {
        let server = deployment.discovered().await;
        assert_eq!(server["authorization_response_iss_parameter_supported"], true);
        assert_eq!(server["code_challenge_methods_supported"], json!(["S256"]));
        let client_id = self.introduced(deployment, &server).await;
        let person = somebody(&deployment.api, "ada");
        let told = self.asks(deployment, &server, &client_id, &person, "deny").await;
        assert_eq!((told["error"].as_str(), told.get("code")), ("access_denied", None));
        let told = self.asks(deployment, &server, &client_id, &person, "allow").await;
        let resource = format!("{}/mcp", deployment.base);
        let endpoint = server["token_endpoint"].as_str().unwrap();
        let common = [("client_id", client_id.as_str()), ("resource", &resource)];
        let code = [
            ("grant_type", "authorization_code"),
            ("code", &told["code"]),
            ("code_verifier", VERIFIER),
            ("redirect_uri", self.redirect_uri),
        ];
        let answer = deployment.post_form(endpoint, &[&code[..], &common].concat()).await;
        let tokens = self.tokens(&answer);
        self.works(deployment, &tokens).await;
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_str())];
        let answer = deployment.post_form(endpoint, &[&refresh[..], &common].concat()).await;
        self.works(deployment, &self.tokens(&answer)).await;
    }

    #[track_caller]
    fn tokens(&self, answer: &Answer) -> Tokens {
        let said = ["token_type", "expires_in", "scope"].map(|name| &answer.body[name]);
        assert_eq!(said, [&json!("Bearer"), &json!(3_600), &json!("todos")], "{}", answer.text);
        assert_eq!(answer.headers["cache-control"], "no-store");
        Tokens::of(answer)
    }

    /// The `client_id` with which the program asks for access.
    async fn introduced(&self, deployment: &Deployment, server: &Value) -> String {
        let body = match &self.introduction {
            Document(client_id) => {
                let methods = server["token_endpoint_auth_methods_supported"].as_array().unwrap();
                assert!(server["client_id_metadata_document_supported"] == true && methods.contains(&json!("none")));
                return (*client_id).to_owned();
            }
            Registration(body) => body,
        };
        let answer = deployment.post_json(server["registration_endpoint"].as_str().unwrap(), body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        for name in ["client_name", "redirect_uris", "token_endpoint_auth_method", "response_types"] {
            assert_eq!(answer.body[name], body[name], "{name}");
        }
        assert_eq!(answer.body["grant_types"], json!(["authorization_code", "refresh_token"]));
        answer.body["client_id"].as_str().unwrap().to_owned()
    }

    /// The program opens its link in a new browser. The person signs in and decides. Returns the parameters that the
    /// program then gets.
    async fn asks(
        &self,
        deployment: &Deployment,
        server: &Value,
        client_id: &str,
        person: &str,
        decision: &str,
    ) -> BTreeMap<String, String> {
        let (api, mut browser) = (&deployment.api, Browser::default());
        let mut asked = BTreeMap::from([
            ("response_type", "code".to_owned()),
            ("client_id", client_id.to_owned()),
            ("redirect_uri", self.redirect_uri.to_owned()),
            ("state", self.state.to_owned()),
            ("code_challenge", challenge(VERIFIER)),
            ("code_challenge_method", "S256".to_owned()),
            ("resource", format!("{}/mcp", deployment.base)),
        ]);
        asked.extend(self.scope.map(|scope| ("scope", scope.to_owned())));
        let endpoint = deployment.path(server["authorization_endpoint"].as_str().unwrap()).unwrap();
        let (_, to_provider) = sent_to(&browser.get(api, &format!("{endpoint}?{}", encoded_map(&asked))).await);
        let (code, state) = deployment.provider.sign_in(api, &to_provider, person);
        let callback = deployment.path(&to_provider["redirect_uri"]).unwrap();
        let back = format!("{callback}?{}", encoded(&[("code", &code), ("state", &state)]));
        let back = browser.get(api, &back).await;
        assert_eq!(back.status, 303, "{}", back.text);
        let page = browser.get(api, deployment.path(back.headers["location"].to_str().unwrap()).unwrap()).await;
        for shown in self.shown {
            assert!(page.text.contains(shown), "{shown}: {}", page.text);
        }
        let form = format!("<form action=\"{}/oauth/consent\"", deployment.base.replace("https://todo.test", ""));
        assert!(page.text.contains(&form), "{}", page.text);
        let (place, told) = goes_to(&browser.decide(api, &page, decision).await);
        assert_eq!(place, self.redirect_uri);
        assert_eq!((told["state"].as_str(), &json!(told["iss"])), (self.state, &server["issuer"]), "letter for letter");
        told
    }

    /// The program lists the tools, adds a todo and reads this todo.
    async fn works(&self, deployment: &Deployment, tokens: &Tokens) {
        let bearer = format!("Bearer {}", tokens.access);
        let client = Client::new(&deployment.api, self.version).with("authorization", &bearer);
        let listed = client.result("tools/list", json!({})).await;
        assert!(listed["tools"].as_array().unwrap().iter().any(|tool| tool["name"] == "addTodos"), "{listed}");
        let todo = json!({"todos": [{"title": "Buy milk"}], "allow_duplicate": true});
        let added = client.structured("addTodos", todo).await;
        let found = client.structured("getTodos", json!({"q": "milk"})).await;
        assert!(found["todos"].as_array().unwrap().iter().any(|todo| todo["id"] == added["todos"][0]["id"]), "{found}");
    }
}

/// The source is the page "Authentication" of OpenAI's Apps SDK. The metadata say that the answers contain `iss`, so
/// ChatGPT uses the same redirect URI for all connections.
#[tokio::test]
async fn chatgpt_connects_with_its_document_and_its_common_callback() {
    let chatgpt = Assistant {
        introduction: Document("https://chatgpt.com/oauth/client.json"),
        redirect_uri: "https://chatgpt.com/connector_platform_oauth_redirect",
        scope: ALL,
        state: "oauth_s_691f0b9a4e1c8191a0d4b1c5",
        version: OLD,
        shown: ["ChatGPT", "<p class=\"host\"><bdi class=\"strong\" dir=\"ltr\">chatgpt.com</bdi></p>"],
    };
    chatgpt.connects().await;
}

#[tokio::test]
async fn chatgpt_connects_with_a_callback_for_each_connection() {
    let own = "https://chatgpt.com/connector/oauth/Xy_3-kQ9bT0a";
    let body = json!({
        "client_name": "ChatGPT", "redirect_uris": [own], "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"], "token_endpoint_auth_method": "none",
    });
    for introduction in [Document("https://chatgpt.com/oauth/Xy_3-kQ9bT0a/client.json"), Registration(body)] {
        let chatgpt = Assistant {
            introduction,
            redirect_uri: own,
            scope: CHALLENGED,
            state: "oauth_s_691f0b9a4e1c8191a0d4b1c5",
            version: OLD,
            shown: ["ChatGPT", "chatgpt.com</bdi></p>"],
        };
        chatgpt.connects().await;
    }
}

/// The source is the page "Building custom connectors" of Anthropic.
#[tokio::test]
async fn claude_connects_with_its_document_or_with_a_registration() {
    let [old, new] = ["https://claude.ai/api/mcp/auth_callback", "https://claude.com/api/mcp/auth_callback"];
    let registration = |uri: &str| {
        Registration(json!({
            "client_name": "Claude", "redirect_uris": [uri], "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"], "token_endpoint_auth_method": "none", "scope": "todos:read todos",
        }))
    };
    let document = || Document("https://claude.ai/oauth/mcp-oauth-client-metadata");
    for (introduction, redirect_uri, host) in [
        (document(), old, "claude.ai</bdi></p>"),
        (document(), new, "claude.com</bdi></p>"),
        (registration(old), old, "claude.ai</bdi></p>"),
        (registration(new), new, "claude.com</bdi></p>"),
    ] {
        let is_known = matches!(introduction, Document(_));
        let claude = Assistant {
            introduction,
            redirect_uri,
            scope: ALL,
            state: "v1.Zk3x-9_Qe~0",
            version: NEW,
            shown: [if is_known { "The name of this program is verified." } else { "calls itself" }, host],
        };
        claude.connects().await;
    }
}

/// The source is microsoft/vscode#278512. If another program uses the usual port, Visual Studio Code listens on another
/// port.
#[tokio::test]
async fn visual_studio_code_connects_with_its_document_or_with_four_redirect_uris_at_once() {
    let registration = || {
        Registration(json!({
            "client_name": "Visual Studio Code",
            "redirect_uris": ["https://insiders.vscode.dev/redirect", "https://vscode.dev/redirect",
                "http://127.0.0.1/", "http://127.0.0.1:33418/"],
            "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
            "response_types": ["code"], "token_endpoint_auth_method": "none", "application_type": "native",
        }))
    };
    let document = || Document("https://vscode.dev/oauth/client-metadata.json");
    let here = "a program on this computer</span> that calls itself";
    for (introduction, redirect_uri, host) in [
        (registration(), "http://127.0.0.1:33418/", here),
        (registration(), "http://127.0.0.1:59656/", here),
        (registration(), "https://insiders.vscode.dev/redirect", "vscode.dev</bdi></p>"),
        (document(), "http://127.0.0.1:59656/", here),
        (document(), "https://vscode.dev/redirect", "vscode.dev</bdi></p>"),
    ] {
        let code = Assistant {
            introduction,
            redirect_uri,
            scope: ALL,
            state: "vscode://dynamicauthprovider/todo.test/authorize?nonce=ey%2FlnTwSm9F+UcQN&windowId=1",
            version: OLD,
            shown: ["Visual Studio Code", host],
        };
        code.connects().await;
    }
}

/// The source is soflyy/agent-connector-for-wp#111.
#[tokio::test]
async fn cursor_connects_with_three_redirect_uris_at_once_one_of_them_with_its_own_scheme() {
    for (redirect_uri, host) in [
        ("cursor://anysphere.cursor-mcp/oauth/callback", "a program on this computer</span> that calls itself"),
        ("https://www.cursor.com/agents/mcp/oauth/callback", "www.cursor.com</bdi></p>"),
        ("http://localhost:8787/callback", "a program on this computer</span> that calls itself"),
    ] {
        let body = json!({
            "client_name": "Cursor",
            "redirect_uris": ["cursor://anysphere.cursor-mcp/oauth/callback",
                "https://www.cursor.com/agents/mcp/oauth/callback", "http://localhost:8787/callback"],
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        });
        let cursor = Assistant {
            introduction: Registration(body),
            redirect_uri,
            scope: None,
            state: "eyJpZCI6InVzZXItdG9kb3MifQ==",
            version: OLD,
            shown: ["Cursor", host],
        };
        cursor.connects().await;
    }
}

/// This test uses the client ID metadata documents of all known programs that listen on a port of the person's
/// computer. The tests in `.ci` run the real programs.
#[tokio::test]
async fn programs_on_this_computer_connect_with_their_documents_on_any_port() {
    for (document, redirect_uri, name) in [
        ("https://claude.ai/oauth/claude-code-client-metadata", "http://localhost:53463/callback", "Claude Code"),
        ("https://chatgpt.com/oauth/codex/client.json", "http://127.0.0.1:39857/callback", "Codex"),
        ("https://chatgpt.com/oauth/codex/aB3/client.json", "http://127.0.0.1:39857/callback/aB3", "Codex"),
        ("https://zed.dev/oauth/client-metadata.json", "http://127.0.0.1:40001/callback", "Zed"),
        ("https://opencode.ai/oauth/opencode/client.json", "http://localhost:19876/callback", "OpenCode"),
    ] {
        let program = Assistant {
            introduction: Document(document),
            redirect_uri,
            scope: ALL,
            state: "s",
            version: NEW,
            shown: [name, "a program on this computer</span> that calls itself"],
        };
        program.connects().await;
    }
}
