//! Tests `todo clients` with a data file and with a DynamoDB table.

use std::process::{Output, Stdio};

use serde_json::Value;

use super::{
    command::{Server, refused, todo},
    dynamodb::Dynamodb,
    folder::Folder,
};

const CALLBACK: &str = "https://chat.example/oauth/callback";

/// Runs a command that must succeed. Returns its standard output and its error output.
fn run(arguments: &[&str], place: &[&str]) -> (String, String) {
    let Output { status, stdout, stderr } = todo(&[arguments, place].concat()).stderr(Stdio::piped()).output().unwrap();
    let [said, explained] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(status.success(), "{arguments:?}: {explained}");
    (said, explained)
}

/// Makes a client. Returns its id and its secret.
fn create(arguments: &[&str], place: &[&str]) -> (String, Option<String>) {
    let (made, explained) = run(&[&["clients", "create"], arguments].concat(), place);
    let value = |name: &str| made.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    let (id, secret) = (value("client_id ").expect(&made), value("client_secret "));
    assert_eq!(made.lines().count(), 1 + usize::from(secret.is_some()), "{made}");
    assert!(secret.as_deref().is_none_or(|secret| !explained.contains(secret)), "{explained}");
    (id, secret)
}

/// A server where people sign in. Its OpenID provider does not answer.
fn start(data: &std::path::Path) -> Server {
    let mut command = todo(&["serve", "--port", "0", "--data", data.to_str().unwrap(), "--auth", "oauth"]);
    command.env("OAUTH_ISSUER", "http://127.0.0.1:9").env("OAUTH_CLIENT_ID", "todo");
    Server::start_command(&mut command)
}

/// Sends a refresh token that does not exist. Returns the status and the code of the error.
fn token(server: &Server, id: &str, secret: Option<&str>) -> (u16, String) {
    let secret = secret.map(|secret| format!("&client_secret={secret}")).unwrap_or_default();
    let form = format!("grant_type=refresh_token&refresh_token=none&client_id={id}{secret}");
    let (status, body) = server.post_form("/oauth/token", &form);
    (status, body["error"].as_str().unwrap_or_default().to_owned())
}

/// A program asks for access with this redirect URI. Returns the status of the answer.
fn authorize(server: &Server, id: &str, redirect_uri: &str) -> u16 {
    let query = format!(
        "response_type=code&client_id={id}&redirect_uri={redirect_uri}&code_challenge={}&code_challenge_method=S256",
        "x".repeat(43)
    );
    server.send("GET", &format!("/oauth/authorize?{query}"), Value::Null).0
}

#[test]
fn clients_are_made_listed_and_removed_while_the_server_runs() {
    let folder = Folder::new("clients");
    let data = folder.file("todos.db");
    let server = start(&data);
    let place = ["--data", data.to_str().unwrap()];
    let (id, secret) = create(&["--name", "GPT", "--redirect-uri", CALLBACK], &place);
    let secret = secret.unwrap();
    assert!(id.starts_with("client_") && secret.starts_with("todocs_"), "{id} {secret}");
    let pattern = "https://chatgpt.com/aip/*/oauth/callback";
    let arguments = ["--name", "Phone", "--redirect-uri", pattern, "--redirect-uri", "app.example:/done", "--public"];
    let (public, none) = create(&arguments, &place);
    assert_eq!(none, None);

    // The server asks the provider only if the server knows the client and the redirect URI.
    assert_eq!(authorize(&server, &id, CALLBACK), 503);
    assert_eq!(authorize(&server, &public, "https://chatgpt.com/aip/g-1/oauth/callback"), 503);
    assert_eq!(authorize(&server, &id, "https://chatgpt.com/aip/g-1/oauth/callback"), 400);
    assert_eq!(token(&server, &id, Some(&secret)), (400, "invalid_grant".to_owned()));
    assert_eq!(token(&server, &public, None), (400, "invalid_grant".to_owned()));
    for wrong in [None, Some("todocs_wrong")] {
        assert_eq!(token(&server, &id, wrong), (401, "invalid_client".to_owned()));
    }

    let (listed, _) = run(&["clients", "list"], &place);
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines[1].starts_with(&id) && lines[1].contains(" secret ") && lines[1].ends_with("GPT"), "{listed}");
    assert!(lines[3].starts_with(&public) && lines[3].contains(" public ") && lines[3].ends_with("Phone"), "{listed}");
    let indented = [CALLBACK, pattern, "app.example:/done"].map(|uri| format!("  {uri}"));
    assert_eq!([lines[2], lines[4], lines[5]], indented.each_ref().map(String::as_str), "{listed}");
    assert!(!listed.contains(&secret), "{listed}");

    let (_, explained) = run(&["clients", "remove", &id], &place);
    assert!(explained.contains("within a minute"), "{explained}");
    assert_eq!(token(&server, &id, Some(&secret)), (401, "invalid_client".to_owned()));
    assert_eq!(authorize(&server, &id, CALLBACK), 400);
    assert_eq!(token(&server, &public, None), (400, "invalid_grant".to_owned()));
    let (listed, _) = run(&["clients", "list"], &place);
    assert!(!listed.contains("GPT") && listed.contains("Phone"), "{listed}");
    for unknown in [&id, "client_", "key"] {
        assert!(refused(&["clients", "remove", unknown, place[0], place[1]]).contains("no client has the id"));
    }
    server.interrupt();
    for file in std::fs::read_dir(&folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let kept = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!kept, "only the hash of a secret is kept");
    }
}

#[test]
fn keys_and_clients_are_listed_apart() {
    let folder = Folder::new("apart");
    let data = folder.file("todos.db");
    let place = ["--data", data.to_str().unwrap()];
    create(&["--name", "Client of Ann", "--redirect-uri", CALLBACK], &place);
    run(&["keys", "create", "--name", "Key of Ann"], &place);
    let (listed, explained) = run(&["keys", "list"], &place);
    assert!(listed.contains("Key of Ann") && !listed.contains("Client of Ann"), "{listed}");
    assert_eq!(explained, "");
    let (listed, explained) = run(&["clients", "list"], &place);
    assert!(listed.contains("Client of Ann") && !listed.contains("Key of Ann"), "{listed}");
    assert_eq!(explained, "");
}

#[test]
fn a_client_with_a_wrong_redirect_uri_is_not_made() {
    let folder = Folder::new("wrong-clients");
    let data = folder.file("todos.db");
    let place = ["--data", data.to_str().unwrap()];
    for wrong in [
        "http://chat.example/callback",
        "/callback",
        "javascript:alert(1)",
        "https://chat.example/#here",
        "https://ann@chat.example/",
        "https://*.example/callback",
        "https://chat.example/g-*/callback",
        "https://chat.example/callback?to=*",
        "",
    ] {
        let said = refused(&["clients", "create", "--name", "x", "--redirect-uri", wrong, place[0], place[1]]);
        assert!(said.contains("--redirect-uri"), "{wrong}: {said}");
    }
    assert!(refused(&["clients", "create", "--name", "x", place[0], place[1]]).contains("--redirect-uri"));
    let said = refused(&["clients", "create", "--name", " ", "--redirect-uri", CALLBACK, place[0], place[1]]);
    assert!(said.contains("--name must be"), "{said}");
    assert_eq!(run(&["clients", "list"], &place).0.lines().count(), 1, "only the heading");
}

#[test]
fn clients_of_a_table_are_made_with_the_credentials_of_the_aws_cli() {
    let dynamodb = Dynamodb::start(&[], None);
    let table = |arguments: &[&str]| {
        let mut command = todo(&[&["clients"], arguments, &["--table", "todos", "--region", "us-east-1"]].concat());
        command.env("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.url());
        command.env("AWS_ACCESS_KEY_ID", &dynamodb.key).env("AWS_SECRET_ACCESS_KEY", "local");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let made = table(&["create", "--name", "GPT", "--redirect-uri", CALLBACK]);
    let id = made.lines().next().unwrap().strip_prefix("client_id ").unwrap();
    assert!(table(&["list"]).contains(id));
    table(&["remove", id]);
    assert!(!table(&["list"]).contains(id));
}
