//! Tests `todo provider` with a data file and with a DynamoDB table, and with a server that sends the secret.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::{
    command::{Server, todo},
    dynamodb::Dynamodb,
    folder::Folder,
    provider::{Person, Provider, Visit},
};

const ADA: Person = Person { subject: "ada-1", email: "ada@example.com" };
const SECRET: &str = "of-the-provider-EXAMPLESECRET";

/// Runs a command with this standard input. Returns whether the command succeeded, and all its output.
fn run(command: &mut Command, input: &[u8]) -> (bool, String) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The command may end before it has read everything.
    drop(child.stdin.take().unwrap().write_all(input));
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let said = [stdout, stderr].map(|text| String::from_utf8(text).unwrap()).concat();
    assert!(!said.contains(SECRET) && !said.contains("panicked"), "{said}");
    (status.success(), said)
}

fn provider(action: &str, data: &Path, input: &[u8]) -> (bool, String) {
    run(&mut todo(&["provider", action, "--data", data.to_str().unwrap()]), input)
}

#[test]
fn the_secret_is_stored_shown_as_stored_sent_to_the_provider_and_removed() {
    let (folder, idp) = (Folder::new("provider-secret"), Provider::start());
    let data = folder.file("todos.db");
    *idp.secret.lock().unwrap() = Some(SECRET);
    let log = folder.file("log");
    let mut command = todo(&["serve", "--port", "0", "--auth", "oauth", "--data", data.to_str().unwrap()]);
    command.stderr(std::fs::File::create(&log).unwrap());
    let server = Server::start_command(idp.configure(&mut command));
    let mut visit = Visit::new(&server);
    let said_log = || std::fs::read_to_string(&log).unwrap();

    let (good, said) = provider("show", &data, b"");
    assert!(good && said.contains("No secret is stored in the data file ") && said.contains("todos.db"), "{said}");
    assert_eq!(visit.sign_in(&ADA).status, 502);
    assert!(said_log().contains("invalid_client; the client secret may be missing"), "{}", said_log());

    let (good, said) = provider("set-secret", &data, format!("  {SECRET} \r\n").as_bytes());
    assert!(good && said.contains("Stored the secret in the data file ") && said.contains("todos.db"), "{said}");
    assert!(said.contains("OAUTH_CLIENT_SECRET") && !said.contains("replaces"), "{said}");
    let (good, said) = provider("show", &data, b"");
    assert!(good && said.contains("A secret is stored in ") && said.contains(" since 2"), "{said}");
    let page = visit.sign_in(&ADA);
    assert_eq!(page.status, 303, "{}", page.text);
    assert!(idp.exchanges.lock().unwrap().last().unwrap().contains(&format!("client_secret={SECRET}")));

    let (good, said) = provider("set-secret", &data, b"another-EXAMPLESECRET");
    assert!(good && said.contains("replaces the secret"), "{said}");
    assert_eq!(visit.sign_in(&ADA).status, 502);
    assert!(said_log().contains("the client id or the client secret may be wrong"), "{}", said_log());
    let (good, said) = provider("remove-secret", &data, b"");
    assert!(good && said.contains("Removed the secret from the data file"), "{said}");
    let (good, said) = provider("remove-secret", &data, b"");
    assert!(!good && said.contains("no secret is stored in the data file"), "{said}");
    assert_eq!(visit.sign_in(&ADA).status, 502);
    assert!(!idp.exchanges.lock().unwrap().last().unwrap().contains("client_secret"));
    assert!(!said_log().contains("EXAMPLESECRET"), "{}", said_log());
}

#[test]
fn the_secret_of_the_environment_counts_more_than_the_stored_secret() {
    let (folder, idp) = (Folder::new("provider-environment"), Provider::start());
    let data = folder.file("todos.db");
    assert!(provider("set-secret", &data, b"stored-EXAMPLESECRET").0);
    *idp.secret.lock().unwrap() = Some(SECRET);
    let mut command = todo(&["serve", "--port", "0", "--auth", "oauth", "--data", data.to_str().unwrap()]);
    let server = Server::start_command(idp.configure(&mut command).env("OAUTH_CLIENT_SECRET", SECRET));
    assert_eq!(Visit::new(&server).sign_in(&ADA).status, 303);
}

#[test]
fn nothing_is_stored_if_standard_input_contains_no_usable_secret() {
    let folder = Folder::new("provider-input");
    let data = folder.file("todos.db");
    for (input, why) in [
        (&b""[..], "standard input contains no secret"),
        (b"   \n", "standard input contains no secret"),
        (b"\nsecret\n", "standard input contains no secret"),
        (b"EXAMPLE\x1bSECRET\n", "without control characters"),
        (b"\xff\xfe\n", "not readable as text"),
        (&[b'x'; 20_000], "2,048 bytes"),
    ] {
        let (good, said) = provider("set-secret", &data, input);
        assert!(!good && said.contains(why), "{why}: {said}");
    }
    assert!(!data.exists(), "the command checks the secret before it opens the data file");
    assert!(provider("show", &data, b"").1.contains("No secret is stored"));
}

#[test]
fn the_secret_of_a_table_is_stored_with_the_credentials_of_the_aws_cli() {
    let dynamodb = Dynamodb::start(&[], None);
    let table = |action: &str, input: &[u8]| {
        let mut command = todo(&["provider", action, "--table", "todos", "--region", "us-east-1"]);
        command.env("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.url());
        run(command.env("AWS_ACCESS_KEY_ID", &dynamodb.key).env("AWS_SECRET_ACCESS_KEY", "local"), input)
    };
    assert!(table("set-secret", SECRET.as_bytes()).1.contains("Stored the secret in the table todos."));
    assert!(table("show", b"").1.contains("A secret is stored in the table todos since"));
    assert!(table("remove-secret", b"").0);
}
