//! Reads the variables `OAUTH_…`. These variables describe the OpenID provider where people sign in, the people who may
//! sign in, and the programs to which this service gives access.

use http::Uri;
use jiff::SignedDuration;
use url::{Host, Url};

use super::ConfigError;
use crate::domain::provider::ProviderSecret;

/// The settings for sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuth {
    /// `OAUTH_ISSUER`: the issuer identifier of the OpenID provider (OpenID Connect Discovery 1.0, section 3). The ID
    /// tokens and the discovery document of the provider must contain exactly this issuer identifier.
    pub issuer: String,
    /// `OAUTH_CLIENT_ID`: the id of this service at the provider. The audience of an ID token must contain this id.
    pub client_id: String,
    /// `OAUTH_CLIENT_SECRET`: the secret of this service at the provider. If `None`, the operator may have stored the
    /// secret in the table with `todo provider set-secret`.
    pub client_secret: Option<ProviderSecret>,
    /// `OAUTH_PEOPLE`: the people who may sign in.
    pub people: People,
    /// `OAUTH_REDIRECT_URIS`: the redirect URIs of programs that are not in the list of known assistants. In the path
    /// of a redirect URI, the segment `*` stands for any segment.
    pub redirect_uris: Vec<String>,
    /// `OAUTH_CLIENT_DOCUMENTS`: whether this service fetches the client ID metadata documents of programs that are not
    /// in the list of known assistants.
    pub fetches_client_documents: bool,
    /// `OAUTH_IDLE_DAYS`: the access of a program ends if the program has not used the access for this number of days.
    pub idle_days: u16,
    /// `OAUTH_OVERLAP_HOURS`: when a program first uses a new refresh token, the previous refresh token stays valid for
    /// this number of hours.
    pub overlap_hours: u16,
}

/// The people who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum People {
    /// Everybody who has an account at the provider.
    Everybody,
    /// People with one of these e-mail addresses, or with an e-mail address of one of these domains. All texts are in
    /// lower case. An empty list means that nobody may sign in.
    Listed(Vec<String>),
}

/// With this value of `OAUTH_PEOPLE`, everybody who has an account at the provider may sign in.
const EVERYBODY: &str = "everybody";

impl OAuth {
    /// Reads the variables.
    pub(super) fn from(read: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let need = |name: &str, what: &str| {
            read(name)
                .map(|text| text.trim().to_owned())
                .ok_or_else(|| ConfigError(format!("{name} is not set; {what}")))
        };
        let issuer = need("OAUTH_ISSUER", "set it to the issuer of the OpenID provider where people sign in")?;
        if !is_safe(&issuer) || issuer.contains('?') {
            return Err(ConfigError(format!(
                "OAUTH_ISSUER must be an https address without query or fragment, not \"{issuer}\""
            )));
        }
        let client_id = match read("OAUTH_PUBLIC_CLIENT_ID") {
            // Older versions of this service used two OAuth clients at the provider: one with a secret, and one without
            // a secret. An operator can still use the client without a secret.
            Some(id) if read("OAUTH_CLIENT_ID").is_none() => id.trim().to_owned(),
            Some(_) => {
                let old = "OAUTH_CLIENT_ID and OAUTH_PUBLIC_CLIENT_ID are both set; this service is now one client of the OpenID provider: \
                     remove OAUTH_PUBLIC_CLIENT_ID, and give the provider the redirect URI that ends with /oauth/callback";
                return Err(ConfigError(old.to_owned()));
            }
            None => need("OAUTH_CLIENT_ID", "set it to the id that the OpenID provider gave to this service")?,
        };
        let mut redirect_uris = listed(read("OAUTH_REDIRECT_URIS"));
        redirect_uris.extend(listed(read("OAUTH_PUBLIC_REDIRECT_URIS")));
        if let Some(uri) = redirect_uris.iter().find(|uri| !is_redirect_uri(uri)) {
            return Err(ConfigError(format!(
                "OAUTH_REDIRECT_URIS must be https addresses, http ones of this machine, or those of an app, without fragment; \
                 \"{uri}\" is not such an address"
            )));
        }
        let number = |name: &str, default: u16| match read(name).map(|text| text.trim().parse()) {
            None => Ok(default),
            Some(Ok(number @ 1..=3_650)) => Ok(number),
            Some(_) => Err(ConfigError(format!("{name} must be a number from 1 to 3650"))),
        };
        let secret = read("OAUTH_CLIENT_SECRET").map(|secret| {
            ProviderSecret::parse(&secret).map_err(|error| ConfigError(format!("OAUTH_CLIENT_SECRET {error}")))
        });
        Ok(Self {
            issuer,
            client_id,
            client_secret: secret.transpose()?,
            people: People::from(read("OAUTH_PEOPLE"))?,
            redirect_uris,
            fetches_client_documents: fetches(read("OAUTH_CLIENT_DOCUMENTS").as_deref())?,
            idle_days: number("OAUTH_IDLE_DAYS", 180)?,
            overlap_hours: number("OAUTH_OVERLAP_HOURS", 24)?,
        })
    }
}

impl OAuth {
    /// [`idle_days`](Self::idle_days) as a duration.
    pub fn idle(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.idle_days))
    }

    /// [`overlap_hours`](Self::overlap_hours) as a duration.
    pub fn overlap(&self) -> SignedDuration {
        SignedDuration::from_hours(self.overlap_hours.into())
    }
}

impl People {
    fn from(text: Option<String>) -> Result<Self, ConfigError> {
        if text.as_deref().map(str::trim) == Some(EVERYBODY) {
            return Ok(Self::Everybody);
        }
        let people: Vec<_> = listed(text).into_iter().map(|one| one.to_lowercase()).collect();
        let fits = |one: &str| {
            let domain = one.rsplit('@').next().unwrap_or_default();
            domain.contains('.') && !domain.starts_with('.') && one.matches('@').count() <= 1 && !one.starts_with('@')
        };
        match people.iter().find(|one| !fits(one)) {
            Some(one) => Err(ConfigError(format!(
                "OAUTH_PEOPLE must be {EVERYBODY}, or e-mail addresses and domains such as ada@example.com, example.org; \"{one}\" is neither an address nor a domain"
            ))),
            None => Ok(Self::Listed(people)),
        }
    }

    /// Whether the person with this e-mail address may sign in. The provider must have verified the address. A domain
    /// in the list does not include its subdomains.
    pub fn include(&self, verified_email: Option<&str>) -> bool {
        match (self, verified_email) {
            (Self::Everybody, _) => true,
            (Self::Listed(_), None) => false,
            (Self::Listed(listed), Some(email)) => {
                let email = email.to_lowercase();
                let domain = email.rsplit_once('@').map(|(_, domain)| domain);
                domain.is_some() && listed.iter().any(|one| *one == email || Some(one.as_str()) == domain)
            }
        }
    }

    /// Whether this service needs the e-mail addresses of people.
    pub fn need_email(&self) -> bool {
        matches!(self, Self::Listed(_))
    }
}

/// `OAUTH_CLIENT_SECRET` of this process. The command `todo doctor` tests this secret.
#[cfg(feature = "cli")]
pub fn client_secret() -> Option<ProviderSecret> {
    super::variable("OAUTH_CLIENT_SECRET").and_then(|secret| ProviderSecret::parse(&secret).ok())
}

/// `SSL_CERT_FILE` of this process: the file with the root certificates. The command `todo doctor` checks this file.
#[cfg(feature = "cli")]
pub fn certificate_file() -> Option<String> {
    super::variable("SSL_CERT_FILE")
}

fn fetches(text: Option<&str>) -> Result<bool, ConfigError> {
    match text.map(str::trim) {
        None | Some("known") => Ok(false),
        Some("any") => Ok(true),
        Some(other) => Err(ConfigError(format!("OAUTH_CLIENT_DOCUMENTS must be known or any, not \"{other}\""))),
    }
}

/// Whether `url` is a plain http address of this machine (RFC 8252, section 7.3).
pub fn is_this_machine(url: &Url) -> bool {
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

/// Whether the text `uri` can be a redirect URI (RFC 6749, section 3.1.2; RFC 8252, section 7). A redirect URI has the
/// scheme https or the scheme of an app. If the host of a redirect URI is this machine, the scheme may also be http.
pub fn is_redirect_uri(uri: &str) -> bool {
    let forbidden =
        ["javascript", "data", "file", "vbscript", "blob", "about", "filesystem", "view-source", "ws", "wss", "ftp"];
    Url::parse(uri).is_ok_and(|url| {
        let scheme = url.scheme();
        let own = url.username().is_empty() && url.password().is_none();
        let goes = scheme == "https" || is_this_machine(&url) || (scheme != "http" && !forbidden.contains(&scheme));
        own && goes && url.fragment().is_none()
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

    const LEAST: [(&str, &str); 2] = [("OAUTH_ISSUER", "https://id.example.com/"), ("OAUTH_CLIENT_ID", "todo")];

    #[test]
    fn the_issuer_keeps_its_spelling_and_nobody_may_sign_in_by_default() {
        let oauth = read(&LEAST).unwrap();
        assert_eq!((oauth.issuer.as_str(), oauth.client_id.as_str()), ("https://id.example.com/", "todo"));
        assert_eq!((oauth.client_secret, oauth.idle_days, oauth.overlap_hours), (None, 180, 24));
        assert!(!oauth.people.include(Some("ada@example.com")) && !oauth.people.include(None));
        assert!(!oauth.fetches_client_documents && oauth.redirect_uris.is_empty());
    }

    #[test]
    fn people_are_named_by_their_address_or_by_their_domain() {
        let people = |text| read(&[&LEAST[..], &[("OAUTH_PEOPLE", text)]].concat()).unwrap().people;
        let some = people("Ada@Example.com, example.org");
        for welcome in ["ada@example.com", "ADA@EXAMPLE.COM", "anybody@example.org", "any@body@example.org"] {
            assert!(some.include(Some(welcome)), "{welcome}");
        }
        for stranger in
            ["grace@example.com", "ada@example.com.evil.example", "a@sub.example.org", "example.org", "@", ""]
        {
            assert!(!some.include(Some(stranger)), "{stranger}");
        }
        assert!(!some.include(None) && people("everybody").include(None));
    }

    #[test]
    fn the_client_of_an_older_version_is_taken() {
        let old = [LEAST[0], ("OAUTH_PUBLIC_CLIENT_ID", "mcp"), ("OAUTH_PUBLIC_REDIRECT_URIS", "https://a.example/b")];
        let oauth = read(&old).unwrap();
        assert_eq!((oauth.client_id.as_str(), oauth.redirect_uris.len()), ("mcp", 1));
    }

    #[test]
    fn no_debug_output_contains_the_secret() {
        let oauth = read(&[&LEAST[..], &[("OAUTH_CLIENT_SECRET", "hush-hush")]].concat()).unwrap();
        assert_eq!(oauth.client_secret.as_ref().unwrap().reveal(), "hush-hush");
        assert!(!format!("{oauth:?}").contains("hush"));
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
            ("OAUTH_REDIRECT_URIS", "https://example.com@evil.example/"),
            ("OAUTH_PUBLIC_CLIENT_ID", "gpt"),
            ("OAUTH_CLIENT_SECRET", "hush\nhush"),
            ("OAUTH_PEOPLE", "ada"),
            ("OAUTH_PEOPLE", "@example.com"),
            ("OAUTH_PEOPLE", "*"),
            ("OAUTH_CLIENT_DOCUMENTS", "all"),
            ("OAUTH_IDLE_DAYS", "0"),
            ("OAUTH_OVERLAP_HOURS", "a day"),
        ] {
            let error = read(&[&LEAST[..], &[(name, value)]].concat()).unwrap_err().to_string();
            assert!(error.contains(name), "{value}: {error}");
        }
        assert!(read(&LEAST[1..]).unwrap_err().to_string().contains("OAUTH_ISSUER"));
        assert!(read(&LEAST[..1]).unwrap_err().to_string().contains("OAUTH_CLIENT_ID"));
    }
}
