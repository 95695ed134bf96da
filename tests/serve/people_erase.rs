//! Tests `todo people remove --erase`, which erases everything of a person.

use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use super::{
    command::{Server, refused, todo},
    folder::Folder,
    provider::{Person, Provider, Tokens, Visit},
};

const ADA: Person = Person { subject: "ada-1", email: "ada@example.com" };
const GRACE: Person = Person { subject: "grace-1", email: "grace@example.com" };

/// Runs `todo` with a data file. Returns its standard output and its error output.
fn run(arguments: &[&str], data: &Path) -> (String, String) {
    let arguments = [arguments, &["--data", data.to_str().unwrap()]].concat();
    let Output { status, stdout, stderr } = todo(&arguments).stderr(Stdio::piped()).output().unwrap();
    let [said, explained] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(status.success(), "{arguments:?}: {explained}");
    (said, explained)
}

fn erase(person: &str, data: &Path) -> String {
    run(&["people", "remove", person, "--erase"], data).1
}

/// The command must refuse to remove the person. Returns what it says.
fn refuses(person: &str, data: &Path) -> String {
    refused(&["people", "remove", person, "--erase", "--data", data.to_str().unwrap()])
}

fn start(provider: &Provider, data: &Path) -> Server {
    let mut command = todo(&["serve", "--port", "0", "--auth", "oauth", "--data", data.to_str().unwrap()]);
    Server::start_command(provider.configure(&mut command))
}

fn add(server: &Server, credential: &str, title: &str) -> u16 {
    let headers = format!("Host: {}\r\nAuthorization: Bearer {credential}", server.address);
    server.send_as("POST", "/todos", json!({"todos": [{ "title": title }]}), &headers).0
}

fn titles(server: &Server, credential: &str) -> Value {
    let headers = format!("Host: {}\r\nAuthorization: Bearer {credential}", server.address);
    let (_, answer) = server.send_as("GET", "/todos", Value::Null, &headers);
    answer["todos"]
        .as_array()
        .map_or(answer["code"].clone(), |todos| todos.iter().map(|todo| todo["title"].clone()).collect())
}

/// The owner and the other attributes of each item that contains this text.
fn stored(data: &Path, text: &str) -> Vec<String> {
    let database = rusqlite::Connection::open(data).unwrap();
    let tables = database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .unwrap()
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap()
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    let mut found = Vec::new();
    for table in tables {
        let mut rows = database.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let value = |column: usize| match row.get_ref(column).unwrap() {
                rusqlite::types::ValueRef::Text(bytes) | rusqlite::types::ValueRef::Blob(bytes) => {
                    String::from_utf8_lossy(bytes).into_owned()
                }
                other => format!("{other:?}"),
            };
            let line: Vec<_> = (0..columns).map(value).collect();
            found.extend(Some(format!("{table}: {}", line.join(" "))).filter(|line| line.contains(text)));
        }
    }
    found
}

#[test]
fn everything_of_a_person_who_signs_in_is_erased_while_the_server_runs() {
    let (folder, provider) = (Folder::new("erase"), Provider::start());
    let data = folder.file("todos.db");
    let server = start(&provider, &data);
    let (mut ada, mut grace) = (Visit::new(&server), Visit::new(&server));
    let (tokens, hers): (Tokens, Tokens) = (ada.connect(&ADA), grace.connect(&GRACE));
    let id = provider.id(&ADA);
    let key = run(&["keys", "create", "--name", "script", "--owner", &id], &data).0.trim().to_owned();
    for (credential, title) in [(&tokens.access, "secret"), (&hers.access, "Grace's"), (&key, "by the script")] {
        assert_eq!(add(&server, credential, title), 201);
    }
    assert!(!stored(&data, "ada-1").is_empty() && !stored(&data, ADA.email).is_empty());
    let explained = erase(ADA.email, &data);
    for text in ["Removed the API key", "(script)", "Erased everything of", &id, "OpenID provider"] {
        assert!(explained.contains(text), "{text}: {explained}");
    }
    assert!(!explained.contains("block"), "{explained}");
    for text in ["ada-1", ADA.email] {
        assert_eq!(stored(&data, text), Vec::<String>::new());
    }
    assert_eq!(ada.refresh(&tokens).0, 400);
    // The server remembers the access token for a minute, but does not accept it for writes any more.
    assert_eq!(add(&server, &tokens.access, "late"), 401);
    assert_eq!(stored(&data, "ada-1"), Vec::<String>::new());
    assert_eq!(titles(&server, &hers.access), json!(["Grace's"]));
    let listed = run(&["people", "list"], &data).0;
    assert!(listed.contains("grace-1") && !listed.contains("ada-1"), "{listed}");
    assert!(!run(&["keys", "list"], &data).0.contains("script"));
    for person in [ADA.email, &id] {
        let said = refuses(person, &data);
        assert!(said.contains("there is no data of") || said.contains("no person in the list"), "{said}");
    }
    let anew = ada.connect(&ADA);
    assert_eq!(titles(&server, &anew.access), json!([]));
}

#[test]
fn the_owner_of_a_key_is_erased_with_the_key() {
    let folder = Folder::new("erase-key");
    let data = folder.file("todos.db");
    let server = Server::start_with(&data, &["--auth", "api-key"]);
    let create = |name: &str| run(&["keys", "create", "--name", name], &data).0.trim().to_owned();
    let (ann, bob, _unused) = (create("Ann's laptop"), create("bob"), create("carl"));
    assert_eq!((add(&server, &ann, "Ann's todo"), add(&server, &bob, "Bob's todo")), (201, 201));
    // The name of an owner can look like an e-mail address.
    create("zoe@example.com");
    assert!(erase("zoe@example.com", &data).contains("Erased everything of zoe@example.com."));
    let explained = erase("Ann's laptop", &data);
    assert!(explained.contains("Removed the API key") && explained.contains("Erased everything of Ann's laptop"));
    assert_eq!(stored(&data, "Ann's"), Vec::<String>::new());
    for file in ["", "-wal"].map(|end| format!("{}{end}", data.display())) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&bytes).contains("Ann's todo"), "{file} still contains the text");
    }
    assert_eq!(add(&server, &ann, "late"), 401, "the server remembers the key for a minute, but writes nothing");
    assert_eq!(stored(&data, "late"), Vec::<String>::new());
    assert_eq!(titles(&server, &bob), json!(["Bob's todo"]));
    assert!(refuses("Ann's laptop", &data).contains("there is no data of Ann's laptop"));
    assert!(erase("carl", &data).contains("Erased everything of carl."), "a key without todos");
    let listed = run(&["keys", "list"], &data).0;
    assert!(listed.contains("bob") && !listed.contains("carl") && !listed.contains("laptop"), "{listed}");
    for unknown in ["nobody", "nobody@example.com", "https://id.example.com#nobody", ""] {
        let said = refuses(unknown, &data);
        assert!(!said.contains("Erased"), "{unknown}: {said}");
    }
}

#[test]
fn the_block_of_a_person_outlives_the_erasure() {
    let (folder, provider) = (Folder::new("erase-blocked"), Provider::start());
    let data = folder.file("todos.db");
    let server = start(&provider, &data);
    let mut ada = Visit::new(&server);
    let tokens = ada.connect(&ADA);
    assert_eq!(add(&server, &tokens.access, "secret"), 201);
    let id = provider.id(&ADA);
    run(&["people", "block", ADA.email], &data);
    let explained = erase(&id, &data);
    assert!(explained.contains("Erased everything of") && explained.contains("The block stays"), "{explained}");
    let left = stored(&data, "ada-1");
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].contains("blocked_at") && !left[0].contains(ADA.email), "{left:?}");
    assert_eq!(ada.sign_in(&ADA).status, 403);
    assert!(run(&["people", "list"], &data).0.contains(&id));
}

#[test]
fn the_list_of_a_server_without_keys_is_erased() {
    let folder = Folder::new("erase-open");
    let data = folder.file("todos.db");
    let server = Server::start(&data);
    assert_eq!(server.send("POST", "/todos", json!({"todos": [{"title": "secret", "list": "Home"}]})).0, 201);
    assert!(erase("me", &data).contains("Erased everything of me."));
    assert_eq!(stored(&data, "secret"), Vec::<String>::new());
    assert_eq!(server.send("POST", "/todos", json!({"todos": [{"title": "new", "list": "Home"}]})).0, 201);
    let (_, overview) = server.send("GET", "/overview", Value::Null);
    assert!(overview["lists"].to_string().contains("Home"), "{overview}");
}
