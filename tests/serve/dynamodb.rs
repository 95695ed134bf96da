//! Tests `todo dynamodb`, which serves the embedded DynamoDB on a port. The server answers only calls that
//! contain the server's access key.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::{
    command::{Server, refused, todo},
    folder::Folder,
};

/// A running `todo dynamodb`. `Drop` stops the process.
pub struct Dynamodb {
    server: Server,
    /// The access key of the server. The key comes from the test or from the server's greeting.
    pub key: String,
}

impl Dynamodb {
    /// Starts `todo dynamodb`. If `key` is `None`, the server makes an access key.
    pub fn start(arguments: &[&str], key: Option<&str>) -> Self {
        let mut command = todo(&[&["dynamodb", "--port", "0"], arguments].concat());
        command.envs(key.map(|key| ("AWS_ACCESS_KEY_ID", key)));
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut greeting = String::new();
        while !greeting.contains("AWS_ACCESS_KEY_ID") {
            greeting += &lines.next().expect("a greeting").unwrap();
            greeting.push('\n');
        }
        std::thread::spawn(move || lines.for_each(drop));
        let word = |start: &str| greeting.split_whitespace().find_map(|word| word.strip_prefix(start));
        let address = word("http://").expect(&greeting).to_owned();
        let key = key.or(word("AWS_ACCESS_KEY_ID=")).expect(&greeting).to_owned();
        Self { server: Server { child, address, greeting }, key }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    fn port(&self) -> &str {
        self.server.address.rsplit(':').next().unwrap()
    }

    /// Sends a call with these headers. This function does not add the access key.
    fn call_as(&self, operation: &str, body: Value, headers: &str) -> (u16, Value) {
        let headers = format!("X-Amz-Target: DynamoDB_20120810.{operation}\r\nX-Amz-Date: 20261122T100000Z{headers}");
        self.server.send_as("POST", "/", body, &headers)
    }

    /// Sends a call with the access key and with these headers.
    fn call(&self, operation: &str, body: Value, headers: &str) -> (u16, Value) {
        let headers = format!("\r\nHost: {}\r\n{}{headers}", self.server.address, signed(&self.key));
        self.call_as(operation, body, &headers)
    }

    /// Returns all titles in the table.
    fn titles(&self) -> Vec<String> {
        let (status, found) = self.call("Scan", json!({"TableName": "todos"}), "");
        assert_eq!(status, 200, "{found}");
        found["Items"].as_array().unwrap().iter().map(|item| item["title"]["S"].as_str().unwrap().to_owned()).collect()
    }
}

/// Returns an `Authorization` header that looks like the header of an SDK. The signature is invalid, but the server
/// does not check signatures.
fn signed(key: &str) -> String {
    format!(
        "Authorization: AWS4-HMAC-SHA256 Credential={key}/20261122/us-east-1/dynamodb/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature=0"
    )
}

fn item(title: &str) -> Value {
    let key = |text: &str| json!({ "S": text });
    json!({"TableName": "todos", "Item": {"owner": key("user#ann"), "sk": key("todo#1"), "title": key(title)}})
}

/// Returns calls that an intruder could try, such as calls that read all data, create an API key or delete the table.
fn attempts() -> [(&'static str, Value); 7] {
    let table = json!({"TableName": "todos"});
    let made =
        json!({"TableName": "todos", "Item": {"owner": {"S": "keys"}, "sk": {"S": "key#0"}, "title": {"S": "made"}}});
    [
        ("Scan", table.clone()),
        ("PutItem", made.clone()),
        ("TransactWriteItems", json!({"TransactItems": [{ "Put": made }]})),
        ("ExecuteStatement", json!({"Statement": "DELETE FROM todos WHERE owner = 'user#ann' AND sk = 'todo#1'"})),
        ("ListTables", json!({})),
        ("DeleteTable", table),
        ("NoSuchOperation", json!({})),
    ]
}

#[test]
fn the_embedded_dynamodb_is_served_alone_with_the_table_in_it() {
    let mut dynamodb = Dynamodb::start(&[], None);
    let (status, table) = dynamodb.call("DescribeTable", json!({"TableName": "todos"}), "");
    assert_eq!((status, &table["Table"]["TableStatus"]), (200, &json!("ACTIVE")), "{table}");
    let pid = dynamodb.server.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(dynamodb.server.child.wait().unwrap().success());
}

#[test]
fn a_call_that_cannot_be_read_is_refused_as_dynamodb_does() {
    let dynamodb = Dynamodb::start(&[], None);
    let null = json!({"TableName": "todos", "Item": {"owner": {"S": "a"}, "sk": {"S": "b"}, "x": {"NULL": false}}});
    for (operation, body, expected) in [
        ("CreateBackup", json!({}), "UnknownOperationException"),
        ("GetItem", json!({"Key": {}}), "ValidationException"),
        ("PutItem", null, "ValidationException"),
        ("Query", json!({"TableName": "todos", "Limit": "ten"}), "SerializationException"),
        ("GetItem", json!({"TableName": "nowhere", "Key": {"a": {"S": "b"}}}), "ResourceNotFoundException"),
    ] {
        let (status, answer) = dynamodb.call(operation, body, "");
        assert_eq!(status, 400, "{answer}");
        assert!(answer["__type"].as_str().unwrap().ends_with(expected), "{operation}: {answer}");
        assert!(
            !answer.to_string().contains("VALIDATION") && !answer.to_string().contains("SERIALIZATION"),
            "{answer}"
        );
    }
}

#[test]
fn it_goes_on_when_nobody_reads_what_it_says() {
    let mut child = todo(&["dynamodb", "--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    for _ in 0..20 {
        std::thread::sleep(Duration::from_millis(50));
        assert!(child.try_wait().unwrap().is_none(), "it has ended");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_half_sent_call_does_not_keep_it_from_stopping() {
    let dynamodb = Dynamodb::start(&[], None);
    let mut stream = TcpStream::connect(&dynamodb.server.address).unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nContent-Le").unwrap();
    assert_eq!(dynamodb.call("ListTables", json!({}), "").0, 200);
    dynamodb.server.interrupt();
}

#[test]
fn without_its_access_key_nobody_reads_or_changes_anything() {
    let dynamodb = Dynamodb::start(&[], None);
    assert_eq!(dynamodb.call("PutItem", item("PIN 4711"), "").0, 200);
    let host = format!("\r\nHost: {}", dynamodb.server.address);
    let (shorter, other) = (&dynamodb.key[..dynamodb.key.len() - 1], format!("{}0", &dynamodb.key));
    let headers = [
        (host.clone(), "MissingAuthenticationTokenException"),
        (format!("{host}\r\nAuthorization: Bearer {}", dynamodb.key), "MissingAuthenticationTokenException"),
        (format!("{host}\r\n{}", signed("")), "UnrecognisedClientException"),
        (format!("{host}\r\n{}", signed("local")), "UnrecognisedClientException"),
        (format!("{host}\r\n{}", signed(shorter)), "UnrecognisedClientException"),
        (format!("{host}\r\n{}", signed(&other)), "UnrecognisedClientException"),
        (format!("{host}\r\n{}", signed(&dynamodb.key.to_lowercase())), "UnrecognisedClientException"),
    ];
    for (headers, expected) in &headers {
        for (operation, body) in attempts() {
            let (status, answer) = dynamodb.call_as(operation, body, headers);
            assert_eq!(status, 400, "{operation} with {headers}: {answer}");
            assert!(answer["__type"].as_str().unwrap().ends_with(expected), "{operation} with {headers}: {answer}");
            assert!(!answer.to_string().contains(&dynamodb.key) && answer.as_object().unwrap().len() == 2, "{answer}");
        }
    }
    assert_eq!(dynamodb.titles(), ["PIN 4711"]);
}

#[test]
fn a_web_page_is_not_answered_even_with_the_key() {
    let dynamodb = Dynamodb::start(&[], None);
    assert_eq!(dynamodb.call("PutItem", item("PIN 4711"), "").0, 200);
    let port = dynamodb.port();
    for origin in
        ["null", "https://evil.example", &format!("http://127.0.0.1:{port}"), &format!("http://localhost:{port}")]
    {
        for (operation, body) in attempts() {
            let (status, answer) = dynamodb.call(operation, body, &format!("\r\nOrigin: {origin}"));
            assert_eq!(status, 403, "{operation} from {origin}: {answer}");
        }
        let asks =
            format!("Host: {}\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: POST", dynamodb.server.address);
        let head = dynamodb.server.head("OPTIONS", "/", &asks);
        assert!(head.starts_with("HTTP/1.1 403") && !head.to_lowercase().contains("access-control"), "{head}");
    }
    assert_eq!(dynamodb.titles(), ["PIN 4711"]);
}

#[test]
fn a_name_that_somebody_has_pointed_here_is_not_answered_until_it_is_allowed() {
    let asked = |dynamodb: &Dynamodb, host: &str| {
        let headers = format!("\r\nHost: {host}\r\n{}", signed(&dynamodb.key));
        dynamodb.call_as("ListTables", json!({}), &headers).0
    };
    let dynamodb = Dynamodb::start(&[], None);
    let port = dynamodb.port();
    for own in
        [format!("localhost:{port}"), format!("LOCALHOST:{port}"), format!("[::1]:{port}"), "127.0.0.1:1".to_owned()]
    {
        assert_eq!(asked(&dynamodb, &own), 200, "{own}");
    }
    for foreign in [
        "evil.example",
        "host.docker.internal:8000",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "127.0.0.1@evil.example",
        "evil@127.0.0.1",
        "",
    ] {
        assert_eq!(asked(&dynamodb, foreign), 403, "{foreign}");
    }
    let two = format!("localhost:{port}\r\nHost: evil.example");
    assert!(matches!(asked(&dynamodb, &two), 400 | 403));

    let dynamodb = Dynamodb::start(&["--allow-host", "host.docker.internal", "--allow-host", "db.test"], None);
    assert_eq!(asked(&dynamodb, "host.docker.internal:8000"), 200);
    assert_eq!(asked(&dynamodb, "db.test"), 200);
    assert_eq!(asked(&dynamodb, "evil.example"), 403);
    for wrong in ["host.docker.internal:8000", "http://host.docker.internal", "", "a b"] {
        assert!(
            refused(&["dynamodb", "--port", "0", "--allow-host", wrong]).contains("host.docker.internal"),
            "{wrong}"
        );
    }
}

#[test]
fn the_access_key_is_that_of_the_environment_or_another_one_each_time() {
    let given = Dynamodb::start(&[], Some("AKIAIOSFODNN7EXAMPLE"));
    assert_eq!(given.call("ListTables", json!({}), "").0, 200);
    assert!(!given.server.greeting.contains("AKIAIOSFODNN7EXAMPLE"), "who gave the key knows it");
    let made = [(); 2].map(|()| Dynamodb::start(&[], None).key);
    assert!(made.iter().all(|key| key.len() == 36) && made[0] != made[1], "{made:?}");
}

#[test]
fn todo_serve_works_on_it_with_its_access_key_and_not_without() {
    let dynamodb = Dynamodb::start(&[], None);
    let arguments = ["serve", "--port", "0", "--dynamodb", &dynamodb.url()];
    assert!(refused(&arguments).contains("set AWS_ACCESS_KEY_ID to the access key of `todo dynamodb`"));
    let server = Server::start_command(todo(&arguments).env("AWS_ACCESS_KEY_ID", &dynamodb.key));
    assert_eq!(server.send("POST", "/todos", json!({"todos": [{"title": "a"}]})).0, 201);
    assert_eq!(server.send("GET", "/todos", Value::Null).1["todos"][0]["title"], "a");
}

#[test]
fn what_it_keeps_in_a_file_is_there_for_the_next_one() {
    let folder = Folder::new("dynamodb");
    let data = folder.file("items.db");
    let arguments = ["--data", data.to_str().unwrap()];
    assert_eq!(Dynamodb::start(&arguments, None).call("PutItem", item("a"), "").0, 200);
    assert_eq!(Dynamodb::start(&arguments, None).titles(), ["a"]);
}
