//! Tests the start of the process when something is missing: an environment variable, a file or a server.

use std::net::TcpListener;

use serde_json::json;

use super::{
    events::Door,
    runtime_api::{Lambda, Remains, new_key},
};

#[test]
fn a_variable_that_is_missing_is_named_when_the_process_ends() {
    for name in ["TABLE_NAME", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        let remains = Lambda::start_with(&[(name, None)]).exited();
        assert_refused_to_start(&remains, name);
    }
}

#[test]
fn a_variable_that_cannot_be_used_is_named_when_the_process_ends() {
    let unusable = [
        ("TABLE_NAME", ""),
        ("PUBLIC_URL", "todo.example.net"),
        ("PUBLIC_URL", "http://todo.example.net"),
        ("DEFAULT_TIME_ZONE", "Mars/Olympus"),
        ("OWNER", "a\tb"),
        ("CONFIRM", "always"),
        ("AUTH_MODE", "none"),
        ("AUTH_MODE", "OAuth"),
    ];
    for (name, value) in unusable {
        let remains = Lambda::start_with(&[(name, Some(value))]).exited();
        assert_refused_to_start(&remains, name);
    }
}

#[test]
fn a_function_where_people_sign_in_needs_a_provider_a_client_and_its_own_address() {
    let complete = [
        ("AUTH_MODE", Some("oauth")),
        ("OAUTH_ISSUER", Some("https://id.example.com")),
        ("OAUTH_CLIENT_ID", Some("todo")),
        ("OAUTH_PEOPLE", Some("ada@example.com, example.org")),
        ("PUBLIC_URL", Some("https://todo.example.com")),
    ];
    for (name, value) in [
        ("OAUTH_ISSUER", None),
        ("OAUTH_ISSUER", Some("http://id.example.com")),
        ("OAUTH_CLIENT_ID", None),
        ("OAUTH_REDIRECT_URIS", Some("/callback")),
        ("OAUTH_PEOPLE", Some("ada")),
        ("OAUTH_CLIENT_DOCUMENTS", Some("all")),
        ("OAUTH_IDLE_DAYS", Some("0")),
        ("OAUTH_PUBLIC_CLIENT_ID", Some("mcp")),
        ("PUBLIC_URL", None),
    ] {
        let remains = Lambda::start_with(&[&complete[..], &[(name, value)]].concat()).exited();
        assert_refused_to_start(&remains, name);
    }
}

#[track_caller]
fn assert_refused_to_start(remains: &Remains, name: &str) {
    let output = remains.output();
    // If the process had panicked, the exit status would be 101. If a signal had ended the process, there would be no
    // exit status.
    assert_eq!(remains.status.code(), Some(1), "{output}");
    assert!(output.contains(name), "{name} is not named:\n{output}");
    assert!(!output.contains("panicked"), "{output}");
}

#[test]
fn without_dynamodb_the_process_starts_and_answers_503() {
    let port = closed_port();
    let endpoint = format!("http://127.0.0.1:{port}");
    let lambda = Lambda::start_with(&[("AWS_ENDPOINT_URL_DYNAMODB", Some(&endpoint))]);

    for door in [Door::HttpApi, Door::RestApi, Door::FunctionUrl, Door::LoadBalancer] {
        let body = json!({"todos": [{"title": "Wait"}]});
        for ask in [door.ask("GET", "/todos"), door.ask("POST", "/todos").json(&body), door.ask("GET", "/health")] {
            let refused = lambda.send(ask);
            refused.assert_problem(503, "unavailable");
            assert!(refused.headers["retry-after"].parse::<u32>().is_ok_and(|seconds| seconds > 0));
            for told in ["127.0.0.1", &port.to_string(), "onnect", "ispatch", "DynamoDB"] {
                assert!(!refused.text.contains(told), "{told}: {}", refused.text);
            }
        }
        assert_eq!(lambda.send(door.ask("GET", "/nowhere")).status, 404);
    }

    let remains = lambda.stop();
    assert_warned_in_init(&remains.stdout, "DynamoDB did not answer during init");
    assert!(!remains.output().contains("panicked"), "{}", remains.output());
}

#[test]
fn a_file_of_root_certificates_that_is_not_there_is_named_and_no_other_takes_its_place() {
    let lambda = Lambda::start_with(&[("SSL_CERT_FILE", Some("/nowhere/roots.pem"))]);
    assert_eq!(lambda.send(Door::HttpApi.ask("GET", "/health")).status, 200);
    let remains = lambda.stop();
    for told in ["/nowhere/roots.pem", "found no root certificates"] {
        assert!(remains.stdout.contains(told), "{told}: {}", remains.stdout);
    }
    let usual = Lambda::start();
    assert_eq!(usual.send(Door::HttpApi.ask("GET", "/health")).status, 200);
    let remains = usual.stop();
    assert!(!remains.stdout.contains("root certificate"), "{}", remains.stdout);
}

#[test]
fn without_the_provider_the_process_starts_and_only_a_sign_in_waits_for_the_provider() {
    let issuer = format!("http://127.0.0.1:{}", closed_port());
    let lambda = Lambda::start_with(&[
        ("AUTH_MODE", Some("oauth")),
        ("OAUTH_ISSUER", Some(&issuer)),
        ("OAUTH_CLIENT_ID", Some("todo")),
        ("OAUTH_PEOPLE", Some("example.com")),
        ("PUBLIC_URL", Some("https://todo.example.com")),
    ]);
    let begins = "/oauth/authorize?response_type=code&client_id=https%3A%2F%2Fclaude.ai%2Foauth%2Fclaude-code-client-metadata\
        &redirect_uri=http%3A%2F%2F127.0.0.1%3A4000%2Fcallback&code_challenge_method=S256\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    for door in [Door::HttpApi, Door::RestApi, Door::FunctionUrl, Door::LoadBalancer] {
        let refused = lambda.send(door.ask("GET", "/todos"));
        refused.assert_problem(401, "no_credential");
        let metadata = "resource_metadata=\"https://todo.example.com/.well-known/oauth-protected-resource\"";
        assert!(refused.headers["www-authenticate"].ends_with(metadata), "{}", refused.headers["www-authenticate"]);
        for place in ["oauth-protected-resource", "oauth-authorization-server"] {
            assert_eq!(lambda.send(door.ask("GET", &format!("/.well-known/{place}"))).status, 200);
        }
        let made_up = "Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.AAAA";
        let unknown = lambda.send(door.ask("GET", "/todos").header("authorization", made_up));
        unknown.assert_problem(401, "bad_credential");
        let page = lambda.send(door.ask("GET", begins));
        assert_eq!((page.status, page.headers.get("set-cookie")), (503, None), "{}", page.text);
        assert!(page.headers["retry-after"].parse::<u32>().is_ok_and(|seconds| seconds > 0));
        assert!(page.text.contains("The sign-in service does not answer") && !page.text.contains("127.0.0.1"));
        let key = new_key();
        let known = lambda.send(door.ask("GET", "/todos").header("authorization", &format!("Bearer {}", key.secret())));
        assert_eq!(known.status, 200, "{}", known.text);
    }
    let remains = lambda.stop();
    assert!(remains.stdout.contains("could not fetch the keys of the OpenID provider"), "{}", remains.stdout);
    assert!(!remains.output().contains("panicked"), "{}", remains.output());
}

/// Asserts that the log contains a line with this message, and that the request id of this line is `init`.
#[track_caller]
fn assert_warned_in_init(log: &str, message: &str) {
    let mut lines = log.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let warned = |line: &serde_json::Value| line["message"].as_str().is_some_and(|said| said.starts_with(message));
    assert!(lines.any(|line| warned(&line) && line["request_id"] == "init"), "{log}");
}

/// Returns a port of this machine at which no server listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
