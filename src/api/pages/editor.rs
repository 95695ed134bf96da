//! Makes the instructions for authentication in the GPT editor. These instructions depend on how a deployment
//! authenticates its callers.

use crate::{
    api::answer::html::{escaped, fill},
    config::{Auth, Config, OAuth},
};

/// The warning on the start page of a deployment without authentication.
const OPEN_TO_ALL: &str = "<p class=\"warning\"><strong>There is no authentication.</strong> Whoever knows this address can \
    read and change the list. Keep the address and the GPT to yourself (“Only me”), and keep nothing here that nobody may \
    see.</p>";
const BY_NOTHING: &str = "<div class=\"entry\"><dt>Authentication</dt><dd>None</dd></div>";
/// The instructions for a deployment with API keys.
const BY_API_KEY: &str = "<div class=\"entry\"><dt>Authentication</dt><dd>API key, of the type <em>Bearer</em></dd><dd class=\"note\">The operator makes one with \
    <code>cargo todo keys create --name GPT --table TABLE_NAME</code>. All who use the GPT share the list of that key.</dd></div>";
/// The instructions for a deployment where people sign in.
const BY_OAUTH: &str = include_str!("oauth.html");
/// The message if a deployment uses OAuth, but the operator has not set `OAUTH_CLIENT_ID`.
const NO_CLIENT: &str = "<div class=\"entry\"><dt>Authentication</dt><dd>OAuth, for which the operator has set no client with \
    a secret (OAUTH_CLIENT_ID): a GPT cannot be set up yet.</dd></div>";

/// The texts about authentication on the start page, as HTML.
pub struct Authentication {
    pub warning: &'static str,
    /// The values that a person enters under “Authentication” in the GPT editor, as HTML.
    pub entry: String,
    /// The option of `curl` that sends a key or a token.
    pub header: &'static str,
}

pub fn authentication(config: &Config, base_url: &str) -> Authentication {
    match &config.auth {
        Auth::None(_) => Authentication { warning: OPEN_TO_ALL, entry: BY_NOTHING.to_owned(), header: "" },
        Auth::ApiKey => {
            Authentication { warning: "", entry: BY_API_KEY.to_owned(), header: " -H 'Authorization: Bearer YOUR_KEY'" }
        }
        Auth::OAuth(oauth) => Authentication {
            warning: "",
            entry: by_oauth(oauth, base_url),
            header: " -H 'Authorization: Bearer YOUR_TOKEN_OR_KEY'",
        },
    }
}

fn by_oauth(oauth: &OAuth, base_url: &str) -> String {
    let Some(client) = &oauth.client else { return NO_CLIENT.to_owned() };
    let allowed = client.redirect_uris.iter().filter(|uri| is_in_use(uri));
    let allowed: String = allowed.map(|uri| format!("{uri},")).collect();
    let values = [
        ("client_id", escaped(&client.id)),
        ("base_url", escaped(base_url)),
        ("scope", escaped(&oauth.scope)),
        ("redirect_uris", escaped(&allowed)),
    ];
    fill(BY_OAUTH, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
}

/// Returns whether this redirect URI belongs to a real client. The default redirect URI in `infra/template.yaml` is
/// only a placeholder.
pub fn is_in_use(redirect_uri: &str) -> bool {
    !redirect_uri.contains("/aip/g-of-your-gpt/")
}
