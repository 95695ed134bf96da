//! Tests `todo keys` with a data file and with a DynamoDB table.

use std::process::{Output, Stdio};

use serde_json::{Value, json};

use super::{
    command::{Server, refused, todo},
    dynamodb::Dynamodb,
    folder::Folder,
};

/// Runs `todo keys`, and returns its standard output and its error output.
fn keys(arguments: &[&str], place: &[&str]) -> (String, String) {
    let mut command = todo(&[&["keys"], arguments, place].concat());
    let Output { status, stdout, stderr } = command.stderr(Stdio::piped()).output().unwrap();
    let [said, explained] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(status.success(), "{arguments:?}: {explained}");
    (said, explained)
}

#[test]
fn keys_are_made_listed_and_revoked_while_the_server_runs() {
    let folder = Folder::new("keys");
    let data = folder.file("todos.db");
    let server = Server::start_with(&data, &["--auth", "api-key", "--host", "127.0.0.1"]);
    let place = ["--data", data.to_str().unwrap()];
    let ask = |key: &str, body: Value| {
        let method = if body.is_null() { "GET" } else { "POST" };
        server.send_as(method, "/todos", body, &format!("Host: {}\r\nAuthorization: Bearer {key}", server.address))
    };
    assert_eq!(server.send("GET", "/todos", Value::Null).1["code"], "no_credential");

    let (made, explained) = keys(&["create", "--name", "Ann's laptop", "--owner", "ann", "--days", "30"], &place);
    let ann = made.trim();
    assert!(ann.starts_with("todo_") && ann.len() == 54 && made.lines().count() == 1, "{made}");
    assert!(!explained.contains(ann), "{explained}");
    let (made, _) = keys(&["create", "--name", "Bob"], &place);
    let bob = made.trim();
    assert_eq!(ask(ann, json!({"todos": [{"title": "secret"}]})).0, 201);
    assert_eq!(ask(bob, Value::Null).1["todos"], json!([]));

    keys(&["create", "--name", "Carl", "--days", "never"], &place);
    let (listed, _) = keys(&["list"], &place);
    let line = |name: &str| listed.lines().find(|line| line.ends_with(name)).expect(&listed).to_owned();
    assert!(line("Ann's laptop").contains(&ann[50..]) && line("Ann's laptop").contains("valid"), "{listed}");
    assert!(!listed.contains(ann), "{listed}");
    // The columns are the id, the last characters, the state, the day of creation, the last day of validity, and the
    // day of the last use.
    let day = |name: &str, column: usize| {
        let text = line(name).split_whitespace().nth(column).unwrap().to_owned();
        text.parse::<jiff::civil::Date>().ok()
    };
    let made = day("Bob", 3).unwrap();
    for (name, days) in [("Ann's laptop", 30), ("Bob", 365)] {
        assert_eq!(day(name, 4), Some(made + jiff::Span::new().days(days)), "{name}: {listed}");
        assert!(day(name, 5).is_some_and(|used| used >= made), "{name}: {listed}");
    }
    assert_eq!((day("Carl", 4), day("Carl", 5)), (None, None), "{listed}");
    for wrong in ["0", "3651", "always", ""] {
        assert!(refused(&["keys", "create", "--name", "x", "--days", wrong, "--data", place[1]]).contains("--days"));
    }
    let line = line("Ann's laptop");
    let id = line.split(' ').next().unwrap();
    keys(&["revoke", id], &place);
    let (listed, _) = keys(&["list"], &place);
    assert!(listed.lines().any(|line| line.starts_with(id) && line.contains("revoked")), "{listed}");
    assert!(refused(&["keys", "revoke", "000000000000", "--data", place[1]]).contains("no key has the id"));
    server.interrupt();

    let server = Server::start_with(&data, &["--auth", "api-key"]);
    let headers = format!("Host: {}\r\nX-Api-Key: {ann}", server.address);
    assert_eq!(server.send_as("GET", "/todos", Value::Null, &headers).1["code"], "bad_credential");
    drop(server);
    for file in std::fs::read_dir(&folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for key in [ann, bob] {
            assert!(!bytes.windows(key.len()).any(|part| part == key.as_bytes()), "only the hash of a key is kept");
        }
    }
}

/// A TODO list on a server, and an API key that gives access to this list.
struct List<'a> {
    server: &'a Server,
    key: String,
}

impl List<'_> {
    fn ask(&self, method: &str, body: Value) -> Value {
        let headers = format!("Host: {}\r\nX-Api-Key: {}", self.server.address, self.key);
        let (status, answer) = self.server.send_as(method, "/todos", body, &headers);
        assert!(status < 300, "{answer}");
        answer
    }

    fn add(&self, title: &str) {
        self.ask("POST", json!({"todos": [{ "title": title }]}));
    }

    fn titles(&self) -> Vec<Value> {
        let listed = self.ask("GET", Value::Null);
        listed["todos"].as_array().unwrap().iter().map(|todo| todo["title"].clone()).collect()
    }
}

#[test]
fn a_key_has_a_list_of_its_own_unless_an_owner_is_named() {
    let folder = Folder::new("owners");
    let data = folder.file("todos.db");
    let place = ["--data", data.to_str().unwrap()];
    // The first server needs no keys, so everybody shares one list.
    let open = Server::start(&data);
    assert_eq!(open.send("POST", "/todos", json!({"todos": [{"title": "from before"}]})).0, 201);
    drop(open);
    let server = Server::start_with(&data, &["--auth", "api-key"]);
    let list = |arguments: &[&str]| {
        let (made, explained) = keys(&[&["create"], arguments].concat(), &place);
        (List { server: &server, key: made.trim().to_owned() }, explained)
    };
    let (ann, explained) = list(&["--name", "Ann's laptop"]);
    assert!(explained.contains("The key opens the list of Ann's laptop."), "{explained}");
    let (bob, _) = list(&["--name", "Bob"]);
    ann.add("Ann's");
    bob.add("Bob's");
    assert_eq!((ann.titles(), bob.titles()), (vec![json!("Ann's")], vec![json!("Bob's")]));

    let (phone, explained) = list(&["--name", "Bob's telephone", "--owner", "Bob"]);
    assert!(explained.contains("The key opens the list of Bob."), "{explained}");
    assert_eq!(phone.titles(), [json!("Bob's")]);
    assert_eq!(list(&["--name", "old", "--owner", "me"]).0.titles(), [json!("from before")]);
}

#[test]
fn no_key_shares_a_list_by_accident() {
    let folder = Folder::new("accident");
    let data = folder.file("todos.db");
    let place = ["--data", data.to_str().unwrap()];
    let open = Server::start(&data);
    assert_eq!(open.send("POST", "/todos", json!({"todos": [{"title": "from before"}]})).0, 201);
    drop(open);
    keys(&["create", "--name", "GPT"], &place);
    keys(&["create", "--name", "x", "--owner", "family"], &place);
    let (listed, _) = keys(&["list"], &place);
    let id = listed.lines().find(|line| line.ends_with("GPT")).unwrap().split(' ').next().unwrap().to_owned();
    // When an operator revokes a key, the key's list remains on the server.
    keys(&["revoke", &id], &place);
    keys(&["create", "--name", "Ann's laptop"], &place);
    for taken in ["GPT", " GPT ", "family", "me", "Ann's laptop"] {
        let said = refused(&["keys", "create", "--name", taken, place[0], place[1]]);
        let taken = taken.trim();
        let named = format!("{taken} already has a list; to make another key for this list, add --owner {taken}");
        assert!(said.contains(&named) && said.contains("choose another --name"), "{said}");
    }
    assert_eq!(keys(&["list"], &place).0.lines().count(), 4, "a heading and the three that were made");
    keys(&["create", "--name", "GPT", "--owner", "GPT"], &place);
}

#[test]
fn keys_of_a_table_are_made_with_the_credentials_of_the_aws_cli() {
    let dynamodb = Dynamodb::start(&[], None);
    let table = |arguments: &[&str]| {
        let mut command = todo(&[&["keys"], arguments, &["--table", "todos", "--region", "us-east-1"]].concat());
        command.env("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.url());
        command.env("AWS_ACCESS_KEY_ID", &dynamodb.key).env("AWS_SECRET_ACCESS_KEY", "local");
        command.output().unwrap()
    };
    let made = table(&["create", "--name", "GPT"]);
    assert!(made.status.success() && made.stdout.starts_with(b"todo_"));
    assert!(String::from_utf8(table(&["list"]).stdout).unwrap().contains("GPT"));
}
