//! Tests `todo doctor` with services where people sign in, and with intact and broken OpenID providers.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::{
    command::{Server, todo},
    doctor::doctor,
    doctor_service::{of_url, url_of},
    folder::Folder,
    http,
    provider::Provider,
};

const SECRET: &str = "of-the-provider-EXAMPLESECRET";

/// A server where people sign in at this provider.
fn with_sign_in(provider: &Provider, data: &str, environment: &[(&str, &str)]) -> Server {
    let mut command = todo(&["serve", "--port", "0", "--auth", "oauth", "--data", data]);
    Server::start_command(provider.configure(&mut command).envs(environment.iter().copied()))
}

#[test]
fn a_sound_sign_in_is_found_sound() {
    let (folder, provider) = (Folder::new("doctor-sign-in"), Provider::start());
    let (data, url);
    data = folder.file("todos.db").to_str().unwrap().to_owned();
    let server = with_sign_in(&provider, &data, &[]);
    url = url_of(&server);
    let report = of_url(&url);
    report.assert_wrong(&[]);
    for check in ["metadata", "provider"] {
        report.assert_line("ok", check, &[]);
    }
    report.assert_line("ok", "access", &["people sign in"]);
    report.assert_line("ok", "provider", &[&format!("sends people to {}/authorize (todo)", provider.issuer)]);
    report.assert_line("cannot tell", "secret", &["add --issuer", "With --table or --data"]);
    report.assert_line("cannot tell", "settings", &["OAUTH_PEOPLE", "OAUTH_CLIENT_SECRET", "sign in once"]);
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
    with_variable(SECRET).assert_line(
        "ok",
        "secret",
        &["the provider accepts the secret in OAUTH_CLIENT_SECRET of this command"],
    );
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
        &["cannot reach its OpenID provider", "OAUTH_ISSUER", "whether the provider works", "`cause` in the log"],
    );
    report.assert_line("wrong", "provider", &["With --issuer, this command asks the provider itself"]);
    let report = doctor(&["--url", &url_of(&lost), "--issuer", "http://127.0.0.1:9"], |_| ());
    report.assert_wrong(&["provider", "issuer"]);
    report.assert_line("wrong", "issuer", &["Connection refused", "try again later", "letter by letter"]);
    let report = doctor(&["--url", &url_of(&lost), "--issuer", &provider.issuer], |_| ());
    report.assert_wrong(&["provider"]);
    report.assert_line("ok", "issuer", &["this machine can use the documents"]);
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
fn a_redirect_uri_that_the_provider_refuses_is_named() {
    let (folder, provider) = (Folder::new("doctor-redirect"), Provider::start());
    let data = folder.file("todos.db").to_str().unwrap().to_owned();
    let server = with_sign_in(&provider, &data, &[]);
    let url = url_of(&server);
    let uri = format!("{url}/oauth/callback");
    of_url(&url).assert_line("cannot tell", "redirect URI", &["does not show", &uri, "sign in once"]);
    *provider.redirect_uri.lock().unwrap() = Some(uri.clone());
    of_url(&url).assert_line("ok", "redirect URI", &["the provider accepts the redirect URI", &uri]);
    *provider.redirect_uri.lock().unwrap() = Some("http://127.0.0.1:1/oauth/callback".to_owned());
    let report = of_url(&url);
    report.assert_wrong(&["redirect URI"]);
    report.assert_line("wrong", "redirect URI", &["with the status 400", &format!("register the redirect URI {uri}")]);
    provider.answers.lock().unwrap().insert("/authorize", (403, json!({})));
    of_url(&url).assert_line(
        "cannot tell",
        "redirect URI",
        &["the status 403", "answers only browsers", "sign in once"],
    );
    for status in [429, 500, 503] {
        provider.answers.lock().unwrap().insert("/authorize", (status, json!({})));
        of_url(&url).assert_line("cannot tell", "redirect URI", &[&format!("status {status}"), "in a browser"]);
    }
}

/// A provider that sends people on to an address. The header `Date` of the test server contains the next header too.
#[test]
fn a_provider_that_sends_people_to_an_error_page_is_named() {
    let folder = Folder::new("doctor-error-page");
    for (number, (place, result, texts)) in [
        ("/signin/oauth/error?authError=abc", "wrong", ["with the error abc", "register the redirect URI"]),
        ("/error?error=redirect_mismatch", "wrong", ["with the error redirect_mismatch", "check the client id"]),
        ("BACK?error=invalid_scope&state=1", "wrong", ["sends people back with the error invalid_scope", "look up"]),
        ("BACK?error=login_required", "cannot tell", ["does not show", "sign in once"]),
        ("/login?continue=1", "cannot tell", ["does not show", "sign in once"]),
    ]
    .into_iter()
    .enumerate()
    {
        let pages = http::serve(move |asked| {
            let query = asked.path.split_once('?').unwrap().1;
            let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
            let back = pairs.into_iter().find(|(name, _)| name == "redirect_uri").unwrap().1;
            let location = place.replace("BACK", &back);
            (302, Some(format!("Fri, 27 Nov 2026 10:00:00 GMT\r\nLocation: {location}")), json!({}))
        });
        let provider = Provider::start();
        let endpoint = format!("http://{pages}/authorize");
        *provider.says.lock().unwrap() = json!({"authorization_endpoint": endpoint});
        let data = folder.file(&format!("{number}.db")).to_str().unwrap().to_owned();
        let server = with_sign_in(&provider, &data, &[]);
        of_url(&url_of(&server)).assert_line(result, "redirect URI", &texts);
    }
}

#[test]
fn a_provider_that_is_not_the_provider_of_the_service_does_not_get_the_secret() {
    let (folder, provider, other) = (Folder::new("doctor-other-provider"), Provider::start(), Provider::start());
    let data = folder.file("todos.db").to_str().unwrap().to_owned();
    let server = with_sign_in(&provider, &data, &[]);
    store(&data, SECRET);
    let check = |issuer: &str| doctor(&["--url", &url_of(&server), "--issuer", issuer, "--data", &data], |_| ());
    let report = check(&other.issuer);
    report.assert_wrong(&["issuer"]);
    let places = [&provider, &other].map(|provider| format!("{}/authorize", provider.issuer));
    report.assert_line("wrong", "issuer", &[&places[0], &places[1], "has not tested the secret", "OAUTH_ISSUER"]);
    assert!(other.exchanges.lock().unwrap().is_empty(), "the other provider gets no secret");
    check(&provider.issuer).assert_wrong(&[]);
    assert_eq!(provider.exchanges.lock().unwrap().len(), 1);
    // The address of a sign-in page may have parameters, which may be the only difference between two providers.
    let endpoint = format!("{}/authorize?p=other", provider.issuer);
    *provider.says.lock().unwrap() = json!({"authorization_endpoint": endpoint});
    check(&provider.issuer).assert_line("wrong", "issuer", &[&endpoint, "has not tested the secret"]);
    assert_eq!(provider.exchanges.lock().unwrap().len(), 1);
}

#[test]
fn failures_and_refusals_of_the_token_endpoint_are_explained() {
    let (folder, provider) = (Folder::new("doctor-token"), Provider::start());
    let data = folder.file("todos.db").to_str().unwrap().to_owned();
    let server = with_sign_in(&provider, &data, &[]);
    store(&data, SECRET);
    let refusal = |code: &str, description: &str| json!({"error": code, "error_description": description});
    let expired = "AADSTS7000222: The provided client secret keys for app 'todo' are expired.\r\nTrace ID: 1";
    let echo = format!("the secret {SECRET} is wrong");
    for (status, body, check, texts, silent) in [
        (500, json!({}), "token endpoint", ["the provider has a failure", "try again later"], "letter by letter"),
        (429, json!({}), "token endpoint", ["429 Too Many Requests", "try again later"], "letter by letter"),
        (
            401,
            refusal("invalid_client", expired),
            "secret",
            ["are expired. Trace ID: 1\"", "make a new secret at the provider"],
            "letter by letter",
        ),
        (401, refusal("invalid_client", &echo), "secret", ["refuses the client id todo", "set-secret"], "is wrong"),
        (
            401,
            refusal("unauthorized_client", "no"),
            "secret",
            ["refuses the client id todo", "says: \"no\""],
            " client: ",
        ),
        (
            400,
            refusal("unauthorized_client", "no flow"),
            "client",
            ["does not let the client id todo use codes", "grant type `authorization_code`"],
            "set-secret",
        ),
        (
            400,
            refusal("redirect_uri_mismatch", ""),
            "client",
            ["is not registered at the provider", "register the redirect URI"],
            "set-secret",
        ),
    ] {
        provider.answers.lock().unwrap().insert("/token", (status, body));
        let arguments = ["--url", &url_of(&server), "--issuer", &provider.issuer, "--data", &data];
        let report = doctor(&arguments, |_| ());
        report.assert_wrong(&[check]);
        report.assert_line("wrong", check, &texts);
        report.assert_silent(silent);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_the_reason_why_the_secret_is_not_tested() {
    let (folder, provider) = (Folder::new("doctor-unread"), Provider::start());
    *provider.secret.lock().unwrap() = Some(SECRET);
    let data = folder.file("todos.db").to_str().unwrap().to_owned();
    let server = with_sign_in(&provider, &data, &[]);
    let missing = folder.file("missing.db");
    let arguments = ["--url", &url_of(&server), "--issuer", &provider.issuer, "--data", missing.to_str().unwrap()];
    let report = doctor(&arguments, |_| ());
    report.assert_wrong(&["data file"]);
    report.assert_line("cannot tell", "secret", &["wants a secret", "what the lines above say"]);
    report.assert_silent("add --table");
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
