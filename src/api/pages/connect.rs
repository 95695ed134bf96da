//! Makes the instructions on the page `/connect`: how each assistant connects, and which values other programs need.
//! The instructions depend on how the deployment authenticates its callers.

use crate::{
    api::answer::html::{escaped, fill},
    config::{Auth, Config},
    domain::scope::Scope,
};

/// The warning on the page `/connect` of a deployment without authentication.
const OPEN_TO_ALL: &str = "<p class=\"warning\"><strong>There is no authentication.</strong> Whoever knows this address can \
    read and change the list. Keep the address to yourself (for a GPT: “Only me”), and keep nothing here that nobody may \
    see.</p>";
const BY_NOTHING: &str = "<div class=\"entry\"><dt>Authentication</dt><dd>None</dd></div>";
/// The instructions for a deployment with API keys.
const BY_API_KEY: &str = "<div class=\"entry\"><dt>Authentication</dt><dd><span class=\"value\">API key, of the type <em>Bearer</em></span></dd><dd class=\"note\">The operator makes one with \
    <code>cargo todo keys create --name GPT --table TABLE_NAME</code>. All who use the GPT share the list of that key.</dd></div>";
/// The instructions for a deployment where people sign in.
const BY_OAUTH: &str = include_str!("oauth.html");
/// How people connect their assistant. `PEOPLE_WITH_KEYS` is for a deployment with API keys.
const PEOPLE: &str = include_str!("people.html");
const PEOPLE_WITH_KEYS: &str = include_str!("people_keys.html");
/// How programs with MCP connect.
const WAYS: &str = include_str!("ways.html");

/// The texts about authentication on the page `/connect`, as HTML.
pub struct Authentication {
    pub warning: &'static str,
    /// How people connect their assistant, in plain words.
    pub people: String,
    /// How programs with MCP connect.
    pub ways: String,
    /// The values that a person enters under “Authentication” in a program that imports the OpenAPI document.
    pub entry: String,
    /// The option of `curl` that sends a key or a token.
    pub header: &'static str,
}

pub fn authentication(config: &Config, base_url: &str) -> Authentication {
    let base_url_as_html = escaped(base_url);
    let own = [("base_url", base_url_as_html.as_str())];
    let filled = |template: &str, texts: &[(&str, &str)]| fill(template, &[&own[..], texts].concat());
    match &config.auth {
        Auth::None(_) => Authentication {
            warning: OPEN_TO_ALL,
            people: filled(PEOPLE, &[("choice", "No authentication")]),
            ways: filled(WAYS, OPEN),
            entry: BY_NOTHING.to_owned(),
            header: "",
        },
        Auth::ApiKey => Authentication {
            warning: "",
            people: PEOPLE_WITH_KEYS.to_owned(),
            ways: filled(WAYS, KEYS),
            entry: BY_API_KEY.to_owned(),
            header: " -H 'Authorization: Bearer YOUR_KEY'",
        },
        Auth::OAuth(_) => Authentication {
            warning: "",
            people: filled(PEOPLE, &[("choice", "OAuth"), ("sign_in", " Then sign in, and allow the access.")]),
            ways: filled(WAYS, SIGN_IN),
            entry: filled(BY_OAUTH, &[("scope", Scope::Full.as_str())]),
            header: " -H 'Authorization: Bearer YOUR_TOKEN_OR_KEY'",
        },
    }
}

/// The texts of `ways.html` for a deployment without authentication.
const OPEN: &[(&str, &str)] = &[("how", "The assistant needs only this address.")];
/// The texts of `ways.html` for a deployment where people sign in.
const SIGN_IN: &[(&str, &str)] = &[
    ("how", "The assistant opens your browser. You sign in, and allow the access."),
    ("login", " &amp;&amp; claude mcp login todos"),
    ("gemini", "<dd class=\"note\">Then type <code>/mcp auth todos</code> in Gemini CLI.</dd>"),
];
/// The texts of `ways.html` for a deployment with API keys.
const KEYS: &[(&str, &str)] = &[
    (
        "how",
        "Set the environment variable <code>TODO_API_KEY</code> to your API key, which the operator gives you. ChatGPT \
         cannot send API keys, and neither can Claude on the web, desktop and phone. The operator can let people sign in \
         (<code>AuthMode=oauth</code>).",
    ),
    ("header", " --header \"Authorization: Bearer $TODO_API_KEY\""),
    ("variable", " --bearer-token-env-var TODO_API_KEY"),
    ("vs_code", " Add the header <code>Authorization: Bearer YOUR_KEY</code>."),
    ("cursor", ", \"headers\": { \"Authorization\": \"Bearer ${env:TODO_API_KEY}\" }"),
];
