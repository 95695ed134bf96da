//! Tests `todo people` with people who sign in at a running server.

use std::path::Path;
use std::process::{Output, Stdio};

use super::{
    command::{Server, refused, todo},
    dynamodb::Dynamodb,
    folder::Folder,
    provider::{Person, Provider, Tokens, Visit},
};

const ADA: Person = Person { subject: "ada-1", email: "ada@example.com" };
const GRACE: Person = Person { subject: "grace-1", email: "Grace@Example.com" };

/// Runs `todo people` on a data file. Returns its standard output and its error output.
fn people(arguments: &[&str], data: &Path) -> (String, String) {
    let arguments = [&["people"], arguments, &["--data", data.to_str().unwrap()]].concat();
    let Output { status, stdout, stderr } = todo(&arguments).stderr(Stdio::piped()).output().unwrap();
    let [said, explained] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(status.success(), "{arguments:?}: {explained}");
    (said, explained)
}

fn start(provider: &Provider, data: &Path) -> Server {
    let mut command = todo(&["serve", "--port", "0", "--auth", "oauth", "--data", data.to_str().unwrap()]);
    Server::start_command(provider.configure(&mut command))
}

/// Asserts that the access token and the refresh token are no longer valid. Call this function only if the access token
/// is not in the server's cache.
#[track_caller]
fn assert_ended(visit: &Visit<'_>, tokens: &Tokens) {
    assert_eq!(visit.refresh(tokens), (400, "invalid_grant".to_owned()));
    assert_eq!(visit.list(tokens), 401);
}

/// The words in the line of this person: the id, three dates, the number of programs, and the e-mail address.
#[track_caller]
fn line(data: &Path, id: &str) -> Vec<String> {
    let (listed, explained) = people(&["list"], data);
    assert_eq!(explained, "");
    let line = listed.lines().find(|line| line.starts_with(id)).expect(&listed);
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn people_are_listed_blocked_unblocked_and_removed_while_the_server_runs() {
    let (folder, provider) = (Folder::new("people"), Provider::start());
    let data = folder.file("todos.db");
    let server = start(&provider, &data);
    let (mut ada, mut grace) = (Visit::new(&server), Visit::new(&server));
    // Nobody has used the access tokens of ada, so the server does not remember these tokens. The person ada gives
    // access twice, so there are two grants.
    let (first, second, hers) = (ada.connect(&ADA), ada.connect(&ADA), grace.connect(&GRACE));
    let id = provider.id(&ADA);
    let words = line(&data, &id);
    let is_day = |word: &str| word.parse::<jiff::civil::Date>().is_ok();
    assert!(words.len() == 6 && is_day(&words[1]) && is_day(&words[2]), "{words:?}");
    assert_eq!([&words[3], &words[4], &words[5]], ["-", "2", ADA.email]);

    let (said, explained) = people(&["block", &id], &data);
    assert_eq!(said, "");
    let again = format!("todo people unblock '{id}' --data {}", data.display());
    for text in [
        "Blocked ada@example.com, ",
        "2 programs had access",
        "within a minute",
        "The todos of this person stay",
        &again,
    ] {
        assert!(explained.contains(text), "{text}: {explained}");
    }
    assert_ended(&ada, &first);
    assert_ended(&ada, &second);
    let page = ada.sign_in(&ADA);
    assert!(page.status == 403 && page.text.contains("has blocked your access"), "{} {}", page.status, page.text);
    let words = line(&data, &id);
    assert!(is_day(&words[3]) && words[4] == "0", "{words:?}");
    assert!(people(&["block", ADA.email], &data).1.contains("The block stays"));
    // Other people keep their access.
    assert_eq!((grace.refresh(&hers).0, grace.list(&hers)), (200, 200));

    assert!(people(&["unblock", &id], &data).1.contains("can sign in again"));
    assert!(refused(&["people", "unblock", &id, "--data", data.to_str().unwrap()]).contains("is not blocked"));
    assert_ended(&ada, &first);
    let anew = ada.connect(&ADA);
    assert_eq!(ada.list(&anew), 200);

    let hers = grace.connect(&GRACE);
    let (_, explained) = people(&["remove", "grace@example.COM"], &data);
    for text in ["The todos of this person stay", "2 programs had access", "admin-delete-user", "can sign in again"] {
        assert!(explained.contains(text), "{text}: {explained}");
    }
    assert_ended(&grace, &hers);
    let (listed, _) = people(&["list"], &data);
    assert!(listed.contains(&id) && !listed.contains("grace"), "{listed}");
    assert_eq!(grace.sign_in(&GRACE).status, 303);
    assert_eq!(ada.list(&anew), 200);
}

#[test]
fn somebody_who_has_never_signed_in_is_blocked_by_the_id_and_a_block_outlives_the_removal() {
    let (folder, provider) = (Folder::new("strangers"), Provider::start());
    let data = folder.file("todos.db");
    let server = start(&provider, &data);
    let mut visit = Visit::new(&server);
    let id = provider.id(&ADA);
    let (_, explained) = people(&["block", &id], &data);
    assert!(
        explained.contains("has never given access to a program") && explained.contains("each letter"),
        "{explained}"
    );
    assert_eq!(visit.sign_in(&ADA).status, 403);
    let words = line(&data, &id);
    assert_eq!([&words[1], &words[2], &words[4], &words[5]], ["-", "-", "0", "-"]);
    assert_eq!(visit.sign_in(&GRACE).status, 303, "another person of the same provider can sign in");
    people(&["unblock", &id], &data);
    assert!(!people(&["list"], &data).0.contains(&id), "an entry without a block and without a sign-in is of no use");
    visit.connect(&ADA);
    people(&["block", ADA.email], &data);
    let (_, explained) = people(&["remove", &id], &data);
    assert!(explained.contains("The block stays") && !explained.contains("can sign in"), "{explained}");
    assert!(!people(&["list"], &data).0.contains(ADA.email));
    assert_eq!(visit.sign_in(&ADA).status, 403);
}

#[test]
fn an_unknown_person_and_an_address_that_two_people_share_are_refused() {
    let (folder, provider) = (Folder::new("namesakes"), Provider::start());
    let data = folder.file("todos.db");
    let server = start(&provider, &data);
    let mut visit = Visit::new(&server);
    let other = Person { subject: "ada-2", email: "ADA@example.com" };
    let tokens = [visit.connect(&ADA), visit.connect(&other)];
    let file = data.to_str().unwrap();
    for action in ["block", "remove", "unblock"] {
        let said = refused(&["people", action, ADA.email, "--data", file]);
        assert!(said.contains("2 people have the e-mail address") && said.contains("by the id"), "{said}");
        assert!([&ADA, &other].iter().all(|person| said.contains(&provider.id(person))), "{said}");
        for unknown in ["ada", "grace@example.com", "#ada-1", "https://id.example.com", "https://id.example.com#", ""] {
            let said = refused(&["people", action, unknown, "--data", file]);
            assert!(said.contains("no person in the list has") && said.contains("ISSUER#SUBJECT"), "{unknown}: {said}");
        }
    }
    let stranger = format!("{}#nobody", provider.issuer);
    assert!(refused(&["people", "remove", &stranger, "--data", file]).contains("no person in the list has"));
    assert!(refused(&["people", "unblock", &stranger, "--data", file]).contains("is not blocked"));
    assert!(tokens.iter().all(|tokens| visit.list(tokens) == 200), "nobody lost access");
    people(&["block", &provider.id(&other)], &data);
    assert_eq!((visit.refresh(&tokens[0]).0, visit.refresh(&tokens[1]).0), (200, 400));
}

#[test]
fn the_api_keys_of_a_blocked_person_are_revoked() {
    let (folder, provider) = (Folder::new("people-keys"), Provider::start());
    let data = folder.file("my todos.db");
    let server = start(&provider, &data);
    Visit::new(&server).connect(&ADA);
    let (id, file) = (provider.id(&ADA), data.to_str().unwrap());
    for (name, owner) in [("script", id.as_str()), ("old", &id), ("other", "grace")] {
        let made = todo(&["keys", "create", "--name", name, "--owner", owner, "--data", file]).output().unwrap();
        assert!(made.status.success());
    }
    let listed = todo(&["keys", "list", "--data", file]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let key = |name: &str| listed.lines().find(|line| line.ends_with(name)).unwrap().split(' ').next().unwrap();
    assert!(todo(&["keys", "revoke", key("old"), "--data", file]).status().unwrap().success());
    let (_, explained) = people(&["block", &id], &data);
    assert!(explained.contains(&format!("Revoked the API key {} (script)", key("script"))), "{explained}");
    assert!(!explained.contains(key("old")) && !explained.contains(key("other")), "{explained}");
    let listed = todo(&["keys", "list", "--data", file]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let revoked = |name: &str| listed.lines().any(|line| line.ends_with(name) && line.contains("revoked"));
    assert_eq!(["script", "old", "other"].map(revoked), [true, true, false], "{listed}");
}

#[test]
fn people_of_a_table_are_managed_with_the_credentials_of_the_aws_cli() {
    let (dynamodb, provider) = (Dynamodb::start(&[], None), Provider::start());
    let mut command = todo(&["serve", "--port", "0", "--auth", "oauth", "--dynamodb", &dynamodb.url()]);
    let server = Server::start_command(provider.configure(&mut command).env("AWS_ACCESS_KEY_ID", &dynamodb.key));
    let mut visit = Visit::new(&server);
    let tokens = visit.connect(&ADA);
    let table = |arguments: &[&str]| {
        let mut command = todo(&[&["people"], arguments, &["--table", "todos", "--region", "us-east-1"]].concat());
        command.env("AWS_ENDPOINT_URL_DYNAMODB", dynamodb.url());
        command.env("AWS_ACCESS_KEY_ID", &dynamodb.key).env("AWS_SECRET_ACCESS_KEY", "local");
        let Output { status, stdout, stderr } = command.stderr(Stdio::piped()).output().unwrap();
        assert!(status.success(), "{arguments:?}");
        [stdout, stderr].map(|text| String::from_utf8(text).unwrap()).concat()
    };
    assert!(table(&["list"]).contains(ADA.email));
    assert!(table(&["block", ADA.email]).contains("--table todos --region us-east-1"));
    assert_ended(&visit, &tokens);
    assert_eq!(visit.sign_in(&ADA).status, 403);
}
