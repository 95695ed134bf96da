//! Reads the variables `OAUTH_…`. These variables describe the OpenID provider where people sign in, and the clients of
//! this provider.

use http::Uri;
use url::{Host, Url};

use super::ConfigError;

/// The settings for the OpenID provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuth {
    /// `OAUTH_ISSUER`: the issuer identifier of the provider (OpenID Connect Discovery 1.0, section 3). The tokens and
    /// the discovery document of the provider must contain exactly this issuer identifier.
    pub issuer: String,
    /// `OAUTH_CLIENT_ID` and `OAUTH_REDIRECT_URIS`: the confidential client, which a GPT uses.
    pub client: Option<Client>,
    /// `OAUTH_PUBLIC_CLIENT_ID` and `OAUTH_PUBLIC_REDIRECT_URIS`: the public client. Every MCP client that registers
    /// gets the id of the public client, and must use PKCE.
    pub public_client: Option<Client>,
    /// `OAUTH_SCOPE`: the scope that an access token must have. The default is `todos`. In Amazon Cognito, the name of
    /// a scope begins with the identifier of the resource server.
    pub scope: String,
    /// `OAUTH_AUDIENCE`: further audiences that an access token may have. The address of this deployment is always an
    /// accepted audience.
    pub audiences: Vec<String>,
}

/// A client of the OpenID provider, and its redirect URIs. After the sign-in, the browser goes back to one of the
/// redirect URIs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub id: String,
    pub redirect_uris: Vec<String>,
}

impl OAuth {
    /// Reads the variables. At least one of the two OAuth clients must be configured.
    pub(super) fn from(read: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let issuer = read("OAUTH_ISSUER").ok_or_else(|| {
            ConfigError(
                "OAUTH_ISSUER is not set; set it to the issuer of the OpenID provider where people sign in".into(),
            )
        })?;
        let issuer = issuer.trim().to_owned();
        if !is_safe(&issuer) || issuer.contains('?') {
            return Err(ConfigError(format!(
                "OAUTH_ISSUER must be an https address without query or fragment, not \"{issuer}\""
            )));
        }
        let client = |id: &str, uris: &str| {
            let client = read(id).map(|id| Client { id: id.trim().to_owned(), redirect_uris: listed(read(uris)) });
            let refused =
                client.as_ref().and_then(|client| client.redirect_uris.iter().find(|uri| !is_redirect_uri(uri)));
            match refused {
                Some(uri) => Err(ConfigError(format!(
                    "{uris} must be https addresses, http ones of this machine, or those of an app, without fragment; \
                     \"{uri}\" is none"
                ))),
                None => Ok(client),
            }
        };
        let oauth = Self {
            issuer,
            client: client("OAUTH_CLIENT_ID", "OAUTH_REDIRECT_URIS")?,
            public_client: client("OAUTH_PUBLIC_CLIENT_ID", "OAUTH_PUBLIC_REDIRECT_URIS")?,
            scope: read("OAUTH_SCOPE").map_or_else(|| "todos".to_owned(), |scope| scope.trim().to_owned()),
            audiences: listed(read("OAUTH_AUDIENCE")),
        };
        if oauth.scope.contains(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\\')) {
            return Err(ConfigError(format!("OAUTH_SCOPE must be one scope, not \"{}\"", oauth.scope)));
        }
        if oauth.client.as_ref().zip(oauth.public_client.as_ref()).is_some_and(|(one, other)| one.id == other.id) {
            let same = "OAUTH_PUBLIC_CLIENT_ID and OAUTH_CLIENT_ID must name different clients: the public client has no secret and needs PKCE";
            return Err(ConfigError(same.to_owned()));
        }
        if oauth.client.is_none() && oauth.public_client.is_none() {
            let nobody =
                "neither OAUTH_CLIENT_ID nor OAUTH_PUBLIC_CLIENT_ID is set; without a client nobody can sign in";
            return Err(ConfigError(nobody.to_owned()));
        }
        Ok(oauth)
    }

    /// The configured OAuth clients: one or two.
    pub fn clients(&self) -> impl Iterator<Item = &Client> {
        self.client.iter().chain(&self.public_client)
    }
}

impl Client {
    /// Whether `uri` is an allowed redirect URI of this client. Normally, `uri` must be exactly equal to an element of
    /// `redirect_uris`. If an allowed address of this machine contains no port, `uri` may add any port to this address
    /// (RFC 8252, section 7.3).
    pub fn sends_back_to(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|allowed| allowed == uri || is_same_on_another_port(allowed, uri))
    }
}

fn is_same_on_another_port(allowed: &str, uri: &str) -> bool {
    let parse = |text: &str| Url::parse(text).ok().filter(is_this_machine);
    let (Some(allowed), Some(mut asked)) = (parse(allowed), parse(uri)) else { return false };
    // The parser changes an unusual spelling of a URI to the usual spelling. This line refuses a `uri` that the parser
    // changed, because the OpenID provider might read the unusual spelling as another address.
    allowed.port().is_none() && asked.as_str() == uri && asked.set_port(None).is_ok() && asked == allowed
}

fn is_this_machine(url: &Url) -> bool {
    is_loopback(url) && url.scheme() == "http" && url.username().is_empty() && url.password().is_none()
}

/// Whether the host of `url` is `localhost` or a loopback address.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether the program may send secrets to this address. An address of this machine may use http, and any other address
/// must use https. The address must not contain a user name, a password or a fragment.
pub fn is_safe(address: &str) -> bool {
    let safe = Url::parse(address).is_ok_and(|url| {
        let own = url.username().is_empty() && url.password().is_none();
        own && (url.scheme() == "https" || is_this_machine(&url)) && url.fragment().is_none()
    });
    safe && address.parse::<Uri>().is_ok()
}

/// Whether `uri` can be a redirect URI (RFC 6749, section 3.1.2; RFC 8252, section 7). A redirect URI has the scheme
/// https or the scheme of an app. If the host of a redirect URI is this machine, the scheme may also be http.
fn is_redirect_uri(uri: &str) -> bool {
    let scripts = ["javascript", "data", "file", "vbscript", "blob", "about", "ws", "wss", "ftp"];
    Url::parse(uri).is_ok_and(|url| {
        let scheme = url.scheme();
        let goes = scheme == "https" || is_this_machine(&url) || (scheme != "http" && !scripts.contains(&scheme));
        goes && url.fragment().is_none()
    })
}

/// Reads a list whose elements are separated by commas or spaces.
fn listed(text: Option<String>) -> Vec<String> {
    let text = text.unwrap_or_default();
    let parts = text.split(|letter: char| letter == ',' || letter.is_whitespace());
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<OAuth, ConfigError> {
        OAuth::from(|name| vars.iter().rfind(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    const GPT: [(&str, &str); 3] = [
        ("OAUTH_ISSUER", "https://id.example.com/"),
        ("OAUTH_CLIENT_ID", "gpt"),
        (
            "OAUTH_REDIRECT_URIS",
            "https://chatgpt.com/aip/g-1/oauth/callback, https://chat.openai.com/aip/g-1/oauth/callback",
        ),
    ];

    #[test]
    fn the_issuer_keeps_its_spelling_and_the_scope_is_todos() {
        let oauth = read(&GPT).unwrap();
        assert_eq!((oauth.issuer.as_str(), oauth.scope.as_str()), ("https://id.example.com/", "todos"));
        assert_eq!(oauth.client.unwrap().redirect_uris.len(), 2);
        assert_eq!(oauth.public_client, None);
    }

    #[test]
    fn every_error_names_its_variable() {
        for (name, value) in [
            ("OAUTH_ISSUER", "http://id.example.com"),
            ("OAUTH_ISSUER", "id.example.com"),
            ("OAUTH_ISSUER", "https://id.example.com/?a"),
            ("OAUTH_ISSUER", "https://a:b@id.example.com"),
            ("OAUTH_REDIRECT_URIS", "http://example.com/callback"),
            ("OAUTH_REDIRECT_URIS", "/callback"),
            ("OAUTH_REDIRECT_URIS", "javascript:alert(1)"),
            ("OAUTH_REDIRECT_URIS", "https://example.com/#there"),
            ("OAUTH_SCOPE", "openid todos"),
            ("OAUTH_PUBLIC_CLIENT_ID", "gpt"),
        ] {
            let error = read(&[&GPT[..], &[(name, value)]].concat()).unwrap_err().to_string();
            assert!(error.contains(name), "{value}: {error}");
        }
        assert!(read(&GPT[1..]).unwrap_err().to_string().contains("OAUTH_ISSUER"));
        assert!(read(&GPT[..1]).unwrap_err().to_string().contains("OAUTH_CLIENT_ID"));
    }

    #[test]
    fn a_redirect_uri_is_the_same_letter_by_letter_and_only_this_machines_have_any_port() {
        let uris =
            ["https://claude.ai/api/mcp/auth_callback", "http://127.0.0.1/callback", "http://localhost:8080/callback"];
        let client = Client { id: "mcp".to_owned(), redirect_uris: uris.map(str::to_owned).to_vec() };
        for allowed in [uris[0], uris[1], uris[2], "http://127.0.0.1:51234/callback"] {
            assert!(client.sends_back_to(allowed), "{allowed}");
        }
        for refused in [
            "https://claude.ai/api/mcp/auth_callback/",
            "https://claude.ai/api/mcp/auth_callback?a=b",
            "https://claude.ai:444/api/mcp/auth_callback",
            "HTTPS://claude.ai/api/mcp/auth_callback",
            "https://claude.ai.evil.example/api/mcp/auth_callback",
            "https://claude.ai@evil.example/api/mcp/auth_callback",
            "http://127.0.0.1:51234/other",
            "http://127.0.0.1:51234/../callback",
            "http://evil@127.0.0.1:51234/callback",
            "http://127.0.0.1.evil.example:51234/callback",
            "http://localhost:8081/callback",
            "http://127.0.0.1:51234/callback#a",
            "",
        ] {
            assert!(!client.sends_back_to(refused), "{refused}");
        }
    }
}
