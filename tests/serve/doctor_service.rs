//! Tests `todo doctor` with intact and with broken running services.

use jiff::{Span, fmt::rfc2822, tz::TimeZone};
use serde_json::{Value, json};
use todo_action::app::Clock;

use super::{
    command::{Server, todo},
    doctor::{Report, doctor},
    dynamodb::Dynamodb,
    folder::Folder,
    http::{self, Asked, Authority, Said},
    provider::Provider,
};

const SECRET: &str = "of-the-provider-EXAMPLESECRET";

fn url_of(server: &Server) -> String {
    format!("http://{}", server.address)
}

fn of_url(url: &str) -> Report {
    doctor(&["--url", url], |_| ())
}

/// The answers of a service without sign-in. The clock of the service differs by `offset`.
fn service(asked: &Asked, version: &str, offset: Span) -> Said {
    let scheme = if asked.headers["host"].starts_with("localhost") { "https" } else { "http" };
    let body = match asked.path.as_str() {
        "/health" => json!({"status": "ok", "version": version}),
        "/openapi.json" => json!({"servers": [{"url": format!("{scheme}://{}", asked.headers["host"])}]}),
        _ => json!({"todos": []}),
    };
    let date = (Clock::system().now().to_zoned(TimeZone::UTC) + offset).timestamp();
    (200, Some(rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date).unwrap()), body)
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

#[test]
fn a_sound_service_is_found_sound_with_and_without_keys() {
    let folder = Folder::new("doctor-service");
    let open = Server::start(&folder.file("open.db"));
    let report = of_url(&url_of(&open));
    report.assert_wrong(&[]);
    for check in ["service", "version", "clock", "address", "access"] {
        report.assert_line("ok", check, &[]);
    }
    report.assert_line("ok", "access", &["everybody who knows the address"]);
    let locked = Server::start_with(&folder.file("locked.db"), &["--auth", "api-key"]);
    let report = of_url(&url_of(&locked));
    report.assert_wrong(&[]);
    report.assert_line("ok", "access", &["callers need an API key"]);
    report.assert_last("Nothing is wrong (5 checks).");
    for server in [&open, &locked] {
        let report = doctor(&["--url", &url_of(server), "--issuer", "https://id.example.com"], |_| ());
        report.assert_wrong(&[]);
        report.assert_line("cannot tell", "issuer", &["nobody signs in to this service", "remove --issuer"]);
        report.assert_last("Nothing is wrong (6 checks). 1 check could not tell.");
    }
}

#[test]
fn a_service_that_does_not_answer_or_is_another_program_is_named() {
    let report = of_url("http://127.0.0.1:9");
    report.assert_wrong(&["service"]);
    report.assert_line("wrong", "service", &["connection refused", "whether the service runs", "port"]);
    for (status, body, texts) in [
        (200, json!({"hello": "world"}), ["does not come from todo-action", "check the address"]),
        (
            403,
            json!({"message": "Forbidden"}),
            ["ServerUrl", "With `todo serve`, set PUBLIC_URL to the address that people use"],
        ),
        (503, json!({"message": "Service Unavailable"}), ["the service behind the gateway does not", "cannot start"]),
    ] {
        let address = http::serve(move |_| (status, None, body.clone()));
        let report = of_url(&format!("http://{address}"));
        report.assert_wrong(&["service"]);
        report.assert_line("wrong", "service", &texts);
    }
}

#[test]
fn a_service_without_its_table_is_named() {
    let dynamodb = Dynamodb::start(&[], None);
    let mut command = todo(&["serve", "--port", "0", "--dynamodb", &dynamodb.url()]);
    let server = Server::start_command(command.env("AWS_ACCESS_KEY_ID", &dynamodb.key));
    of_url(&url_of(&server)).assert_wrong(&[]);
    dynamodb.must("DeleteTable", json!({"TableName": "todos"}));
    let report = of_url(&url_of(&server));
    report.assert_wrong(&["service", "access"]);
    report.assert_line("wrong", "service", &["the table does not exist", "the role of the function is wrong"]);
    drop(dynamodb);
    let report = of_url(&url_of(&server));
    report.assert_wrong(&["service", "access"]);
    report.assert_line("wrong", "service", &["its table does not answer", "todo doctor --table TABLE_NAME"]);
}

#[test]
fn another_version_another_address_and_a_wrong_clock_are_named() {
    let address = http::serve(|asked| service(&asked, "0.0.9", Span::new()));
    let report = of_url(&format!("http://{address}"));
    report.assert_wrong(&["version"]);
    report.assert_line("wrong", "version", &["the service has the version 0.0.9", VERSION]);
    let address = http::serve(|asked| service(&asked, VERSION, Span::new().seconds(-90)));
    let report = of_url(&format!("http://{address}"));
    report.assert_wrong(&["clock"]);
    report.assert_line("wrong", "clock", &["seconds behind the clock of this machine", "people cannot sign in"]);
    let address = http::serve(|asked| service(&asked, VERSION, Span::new().seconds(-30)));
    of_url(&format!("http://{address}")).assert_wrong(&[]);
    let folder = Folder::new("doctor-address");
    let server = Server::start(&folder.file("todos.db"));
    let url = url_of(&server).replace("127.0.0.1", "localhost");
    let report = of_url(&url);
    report.assert_wrong(&["address"]);
    report.assert_line("wrong", "address", &[&format!("names the address {}", url_of(&server)), "PUBLIC_URL", &url]);
}

#[test]
fn a_certificate_is_accepted_or_its_fault_is_named() {
    let folder = Folder::new("doctor-certificate");
    let (known, unknown) = (Authority::new("Known"), Authority::new("Unknown"));
    let roots = folder.file("roots.pem");
    known.write_to(&roots);
    let check = |port: u16| {
        doctor(&["--url", &format!("https://localhost:{port}")], |command| {
            command.env("SSL_CERT_FILE", &roots).env_remove("SSL_CERT_DIR");
        })
    };
    let answer = |asked: Asked| service(&asked, VERSION, Span::new());
    let report = check(known.serve("localhost", 2999, answer));
    report.assert_wrong(&[]);
    report.assert_line("ok", "certificate", &["valid for this address"]);
    for (port, texts) in [
        (known.serve("localhost", 2021, answer), ["the certificate has expired", "renew the certificate"]),
        (unknown.serve("localhost", 2999, answer), ["does not know the authority", "intermediate certificates"]),
        (known.serve("todo.example", 2999, answer), ["the certificate is for another host name", "host name of --url"]),
        (Authority::serve_own("localhost", answer), ["the certificate is self-signed", "of a public authority"]),
    ] {
        let report = check(port);
        report.assert_wrong(&["certificate"]);
        report.assert_line("wrong", "certificate", &texts);
    }
}

#[test]
fn an_address_with_the_wrong_scheme_is_named() {
    let answer = |asked: Asked| service(&asked, VERSION, Span::new());
    let port = Authority::new("Any").serve("localhost", 2999, answer);
    let report = of_url(&format!("http://127.0.0.1:{port}"));
    report.assert_wrong(&["service"]);
    report.assert_line("wrong", "service", &["does not answer over http://", "try https:// instead"]);
    let folder = Folder::new("doctor-scheme");
    let server = Server::start(&folder.file("todos.db"));
    // The first program ends the connection without an answer. `todo serve` answers without encryption.
    for address in [&http::serve(answer), &server.address] {
        let report = of_url(&format!("https://{address}"));
        report.assert_wrong(&["service"]);
        report.assert_line("wrong", "service", &["does not use encryption", "try http:// instead"]);
    }
}

/// A server where people sign in at this provider.
fn with_sign_in(provider: &Provider, data: &str, environment: &[(&str, &str)]) -> Server {
    let mut command = todo(&["serve", "--port", "0", "--auth", "oauth", "--data", data]);
    Server::start_command(provider.configure(&mut command).envs(environment.iter().copied()))
}

#[test]
fn a_sound_sign_in_is_found_sound_and_its_redirect_uri_is_named() {
    let (folder, provider) = (Folder::new("doctor-sign-in"), Provider::start());
    let (data, url);
    data = folder.file("todos.db").to_str().unwrap().to_owned();
    let server = with_sign_in(&provider, &data, &[]);
    url = url_of(&server);
    let report = of_url(&url);
    report.assert_wrong(&[]);
    for check in ["metadata", "provider", "redirect URI"] {
        report.assert_line("ok", check, &[]);
    }
    report.assert_line("ok", "access", &["people sign in"]);
    report.assert_line("ok", "redirect URI", &[&format!("{url}/oauth/callback")]);
    report.assert_line("cannot tell", "secret", &["--issuer"]);
    let report = doctor(&["--url", &url, "--issuer", &provider.issuer], |_| ());
    report.assert_wrong(&[]);
    report.assert_line("ok", "issuer", &[]);
    report.assert_line("ok", "secret", &["knows the client id todo, and wants no secret"]);
}

/// Stores this secret in the data file.
fn store(data: &str, secret: &str) {
    let folder = Folder::new("doctor-input");
    let file = folder.file("secret");
    std::fs::write(&file, secret).unwrap();
    let mut command = todo(&["provider", "set-secret", "--data", data]);
    assert!(command.stdin(std::fs::File::open(file).unwrap()).status().unwrap().success());
}

#[test]
fn a_missing_and_a_wrong_secret_of_the_provider_are_named() {
    let (folder, provider) = (Folder::new("doctor-secret"), Provider::start());
    *provider.secret.lock().unwrap() = Some(SECRET);
    let data = folder.file("todos.db").to_str().unwrap().to_owned();
    let server = with_sign_in(&provider, &data, &[]);
    let url = url_of(&server);
    let arguments = ["--url", &url, "--issuer", &provider.issuer];
    let report = doctor(&arguments, |_| ());
    report.assert_wrong(&[]);
    report.assert_line("cannot tell", "secret", &["wants a secret", "--table"]);
    let with_data = [&arguments[..], &["--data", &data]].concat();
    let report = doctor(&with_data, |_| ());
    report.assert_wrong(&["secret"]);
    report.assert_line("wrong", "secret", &["no secret is stored", "todo provider set-secret", "OAUTH_CLIENT_SECRET"]);
    let with_variable = |secret: &'static str| {
        doctor(&with_data, |command| {
            command.env("OAUTH_CLIENT_SECRET", secret);
        })
    };
    with_variable(SECRET).assert_line("ok", "secret", &["the provider accepts the secret in OAUTH_CLIENT_SECRET"]);
    let report = with_variable("a-third-EXAMPLESECRET");
    report.assert_wrong(&["secret"]);
    report.assert_line("wrong", "secret", &["with the secret in OAUTH_CLIENT_SECRET"]);
    store(&data, "another-EXAMPLESECRET");
    let report = doctor(&with_data, |_| ());
    report.assert_wrong(&["secret"]);
    report.assert_line("wrong", "secret", &["refuses the client id todo with the stored secret", "set-secret"]);
    store(&data, SECRET);
    let report = doctor(&with_data, |_| ());
    report.assert_wrong(&[]);
    report.assert_line("ok", "secret", &["the provider accepts the stored secret"]);
}

#[test]
fn a_provider_that_cannot_be_reached_and_another_issuer_are_named() {
    let (folder, provider) = (Folder::new("doctor-provider"), Provider::start());
    let [first, second] = ["1.db", "2.db"].map(|name| folder.file(name).to_str().unwrap().to_owned());
    let lost = with_sign_in(&provider, &first, &[("OAUTH_ISSUER", "http://127.0.0.1:9")]);
    let report = of_url(&url_of(&lost));
    report.assert_wrong(&["provider"]);
    report.assert_line(
        "wrong",
        "provider",
        &["cannot reach its OpenID provider", "OAUTH_ISSUER", "`cause` in the log"],
    );
    let server = with_sign_in(&provider, &second, &[]);
    let url = url_of(&server);
    for issuer in [format!("{}/", provider.issuer), "http://127.0.0.1:9".to_owned(), "http://id.example.com".to_owned()]
    {
        let report = doctor(&["--url", &url, "--issuer", &issuer], |_| ());
        report.assert_wrong(&["issuer"]);
    }
    *provider.says.lock().unwrap() = json!({"jwks_uri": format!("{}/nowhere", provider.issuer)});
    let report = doctor(&["--url", &url, "--issuer", &provider.issuer], |_| ());
    report.assert_line("wrong", "issuer", &["/nowhere: 404", "letter by letter"]);
    *provider.says.lock().unwrap() = Value::Object(serde_json::Map::new());
}

#[test]
fn a_sign_in_at_another_address_is_named() {
    let (folder, provider) = (Folder::new("doctor-public"), Provider::start());
    let data = folder.file("todos.db").to_str().unwrap().to_owned();
    let server = with_sign_in(&provider, &data, &[("PUBLIC_URL", "https://todo.example.com")]);
    let url = url_of(&server);
    let report = of_url(&url);
    report.assert_wrong(&["address", "metadata", "redirect URI"]);
    report.assert_line("wrong", "metadata", &["https://todo.example.com", "PUBLIC_URL"]);
    report.assert_line(
        "wrong",
        "redirect URI",
        &["https://todo.example.com/oauth/callback", "register the redirect URI"],
    );
}
