//! Tests `todo doctor` with intact and with broken running services.

use jiff::{Span, fmt::rfc2822, tz::TimeZone};
use serde_json::json;
use todo_action::app::Clock;

use super::{
    command::{Server, todo},
    doctor::{Report, data_file, doctor},
    dynamodb::Dynamodb,
    folder::Folder,
    http::{self, Asked, Authority, Said},
};

pub fn url_of(server: &Server) -> String {
    format!("http://{}", server.address)
}

pub fn of_url(url: &str) -> Report {
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
    for check in ["service", "version", "clock of the service", "address", "access"] {
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
        report.assert_last("No check found something wrong, but 1 of 6 checks could not tell.");
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
        (
            500,
            json!({"message": "Internal Server Error"}),
            ["API Gateway answers, but the call of the Lambda function has failed", "the log of the function"],
        ),
        (
            429,
            json!({"message": "Too Many Requests"}),
            ["API Gateway refuses the request, because too many requests arrive", "RequestsPerSecond"],
        ),
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
    report.assert_wrong(&["clock of the service"]);
    report.assert_line(
        "wrong",
        "clock of the service",
        &["seconds behind the clock of this machine", "people cannot sign in"],
    );
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
fn the_throttle_of_api_gateway_is_named_when_it_refuses_a_later_request() {
    for (path, check) in [("/openapi.json", "address"), ("/todos?limit=1", "access")] {
        let address = http::serve(move |asked| {
            let throttled = (429, None, json!({"message": "Too Many Requests"}));
            if asked.path == path { throttled } else { service(&asked, VERSION, Span::new()) }
        });
        let report = of_url(&format!("http://{address}"));
        report.assert_wrong(&[check]);
        report.assert_line("wrong", check, &["API Gateway refuses the request", "wait a minute"]);
    }
}

#[test]
fn a_file_of_root_certificates_that_cannot_be_used_is_named() {
    let folder = Folder::new("doctor-roots");
    let (known, roots) = (Authority::new("Known"), folder.file("roots.pem"));
    let port = known.serve("localhost", 2999, |asked| service(&asked, VERSION, Span::new()));
    let check = |scheme: &str| {
        doctor(&["--url", &format!("{scheme}://localhost:{port}")], |command| {
            command.env("SSL_CERT_FILE", &roots).env_remove("SSL_CERT_DIR");
        })
    };
    let name = format!("SSL_CERT_FILE names {}", roots.display());
    check("https").assert_line("wrong", "root certificates", &[&name, "No such file", "remove the variable"]);
    check("http").assert_no_line("root certificates");
    std::fs::write(&roots, "no certificate").unwrap();
    check("https").assert_line("wrong", "root certificates", &[&name, "contains no certificate"]);
    known.write_to(&roots);
    check("https").assert_wrong(&[]);
}

#[test]
fn the_data_that_the_caller_names_may_not_be_the_data_of_the_service() {
    let folder = Folder::new("doctor-other-data");
    let second = data_file(&folder);
    let server = Server::start(&folder.file("first.db"));
    let report = doctor(&["--url", &url_of(&server), "--data", second.to_str().unwrap()], |_| ());
    report.assert_wrong(&[]);
    let unsure = format!("does not know whether the service uses the file {}", second.display());
    report.assert_line("ok", "service", &[&unsure]);
    for check in ["latest change", "format", "version", "clock of the service"] {
        report.assert_once(check);
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
