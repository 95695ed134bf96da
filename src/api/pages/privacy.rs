//! The parts of the privacy policy that depend on the deployment: how callers are identified, where the service runs,
//! how long logs are kept, and which provider signs people in. Each sentence in this file must be true, because the
//! privacy policy shows these sentences to people.

use url::Url;

use crate::{
    api::answer::{html::escaped, kept},
    config::{Auth, AuthMode, Config, OAuth, is_loopback},
};

/// What the page keeps in the browser, with and without authentication.
const NO_COOKIES: &str = "This service sets no cookies. The page of the list keeps a copy of the open todos, and the changes that \
    it has not sent yet, in your browser.";
const WITH_KEY: &str =
    "If you enter a key on the page of the list, one cookie keeps the key in your browser, until you sign out. ";
const SESSION: &str = "If you sign in on the page of the list, one cookie keeps you signed in, until you sign out. ";
const COPY: &str = "The page also keeps a copy of the open todos, and the changes that it has not sent yet. Signing out removes all \
    of it from the browser.";
const COOKIES: &str = "For each sign-in, this service sets one cookie. The cookie protects the sign-in. The cookie ends with your \
    answer, and at the latest after an hour. ";
/// The sentence about the access of assistants, in a deployment where people sign in.
const ASSISTANTS: &str = " A program gets access only after you have allowed it on a page of this service. This page names the host \
    that gets the access, or says that it is a program on this computer. You can end the access at any time, in the settings on the page of the list.";

/// The values for the placeholders of `privacy.html`, as HTML.
pub fn values(config: &Config) -> [(&'static str, String); 8] {
    let on_aws = config.function.is_some();
    let oauth = match &config.auth {
        Auth::OAuth(oauth) => Some(&**oauth),
        Auth::ApiKey | Auth::None(_) => None,
    };
    [
        ("access", access(config)),
        ("people", people(&config.auth)),
        ("cookies", cookies(&config.auth)),
        ("place", place(on_aws).to_owned()),
        ("provider", oauth.map_or_else(String::new, |oauth| format!("<p>{}</p>", about_provider(oauth)))),
        ("assistants", oauth.map_or("", |_| ASSISTANTS).to_owned()),
        ("erased", erased(on_aws).to_owned()),
        ("kept", kept(config, oauth, on_aws)),
    ]
}

fn cookies(auth: &Auth) -> String {
    match auth {
        Auth::None(_) => NO_COOKIES.to_owned(),
        Auth::ApiKey => format!("{WITH_KEY}{COPY}"),
        Auth::OAuth(_) => format!("{COOKIES}{SESSION}{COPY}"),
    }
}

fn access(config: &Config) -> String {
    match &config.auth {
        Auth::None(_) => {
            let address = config.public_url.as_deref().and_then(|url| Url::parse(url).ok());
            let reach = if address.as_ref().is_some_and(is_loopback) {
                "Only programs on the same computer"
            } else {
                "Whoever knows its address"
            };
            format!("This service does not ask who is calling. {reach} can read and change the only list.")
        }
        Auth::ApiKey => {
            "Each request needs an API key, which the operator makes. A key opens one list, and whoever has a \
             key of a list can read and change all of it: everybody who uses the same GPT with one key shares a list. \
             Only the operator can also read it."
                .to_owned()
        }
        Auth::OAuth(oauth) => format!(
            "You sign in with {}. Nobody else who signs in can read or change your list. The operator \
             can read your list, and can make API keys for programs, each of which opens one list.",
            provider(oauth)
        ),
    }
}

/// The data that the service stores about people, as HTML list items.
fn people(auth: &Auth) -> String {
    let key = "<li>Of each API key: the name of the key, the owner of its list, the times when the key was made, ends and was revoked, \
        the time of its last use, its last four characters, and a fingerprint that identifies the key. The key itself is not \
        stored.</li>\n<li>For each change and for each log line, the program that sent the request: the name of the API key, and \
        the first digits of its fingerprint.</li>";
    let programs = "<li>Of each program that you have given access: its name, the host that gets the access, the address \
        to which your answer went, what the program may do, the times when you gave the access and when the program last used \
        and renewed it, and fingerprints of the program and of its tokens. The tokens themselves are not \
        stored. The changes and log lines of the program contain its name and an identifier of its access.</li>\n<li>While you sign \
        in: which program wants access, and who you are.</li>";
    match auth {
        Auth::None(_) => "<li>Nothing about who sent a request.</li>".to_owned(),
        Auth::ApiKey => {
            format!(
                "<li>For all of these entries, the service also stores the name that the operator gave to the owner of the \
                 list.</li>\n{key}"
            )
        }
        Auth::OAuth(_) => format!(
            "<li>For all of these entries, the service also stores the identifier that the sign-in service has given you. The service \
             does not store your password.</li>\n<li>Once you have given a program access: the e-mail address or the name that the \
             sign-in service told at that time, and the times when you first and last gave a program access.</li>\n{key}\n{programs}"
        ),
    }
}

fn place(on_aws: bool) -> &'static str {
    if on_aws {
        "Everything is stored, encrypted, in an account of the operator at Amazon Web Services, which runs the service on \
         the operator's behalf."
    } else {
        "Everything is stored on the computer that runs the service, in a file that only its user can read, unless the \
         operator has named another database. The file is not encrypted."
    }
}

/// The name of the sign-in provider, for use in a sentence.
fn provider(oauth: &OAuth) -> String {
    if is_cognito(oauth) {
        "Amazon Cognito".to_owned()
    } else {
        format!("the sign-in service {}", escaped(&host(oauth)))
    }
}

fn host(oauth: &OAuth) -> String {
    let url = Url::parse(&oauth.issuer).ok();
    url.as_ref().and_then(Url::host_str).unwrap_or(&oauth.issuer).to_owned()
}

/// The issuer of an Amazon Cognito user pool is `https://cognito-idp.REGION.amazonaws.com/POOL`.
fn is_cognito(oauth: &OAuth) -> bool {
    let host = host(oauth);
    host.starts_with("cognito-idp.") && (host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn"))
}

fn about_provider(oauth: &OAuth) -> String {
    if is_cognito(oauth) {
        return "The pages where you sign in are those of Amazon Cognito, a service of Amazon Web Services. For the operator it \
            keeps what you sign in with, such as your e-mail address, and it sets cookies while you sign in."
            .to_owned();
    }
    format!(
        "The pages where you sign in are those of {}. Its own privacy policy says what it keeps of you, such as \
         your e-mail address, for how long, and which cookies it sets.",
        provider(oauth)
    )
}

/// The words that say when the service erases expired data.
fn erased(on_aws: bool) -> &'static str {
    if on_aws {
        " within days"
    } else {
        " when the service starts at least 90 days later, or by the database that the operator chose"
    }
}

/// The HTML list items that say how long each kind of data is kept: the data about API keys, programs and sign-in
/// accounts, and the log lines, traces and backups.
fn kept(config: &Config, oauth: Option<&OAuth>, on_aws: bool) -> String {
    let mut entries = Vec::new();
    if config.auth.mode() != AuthMode::None {
        entries.push(
            "After an API key is revoked, the stored data about the key stays until the operator removes it."
                .to_owned(),
        );
    }
    if let Some(oauth) = oauth {
        entries.push(format!(
            "The access of a program ends when you end it, or when the program has not renewed it for {} days. When you end the \
             access, the data about it are erased at once, except in changes and log lines. After an access that ended by itself, \
             the data about it are erased{}.</li>\n<li>A sign-in is \
             valid for ten minutes. Its data are then erased{}. The e-mail address or the name of your last sign-in stays until \
             the operator removes it. If the operator blocks you, your identifier stays until the operator removes the block.",
            oauth.idle_days,
            erased(on_aws),
            erased(on_aws)
        ));
    }
    if oauth.is_some_and(is_cognito) {
        entries.push("Amazon Cognito keeps your account until the operator removes it.".to_owned());
    }
    entries.extend(kept::elsewhere(config));
    entries.iter().map(|entry| format!("<li>{entry}</li>")).collect::<Vec<_>>().join("\n")
}
