//! Decides to which redirect URIs this service sends people. Only this file contains the rule for redirect URIs, and
//! every sign-in follows this rule. The known redirect URIs are in `assistants.json`.

use url::Url;

use super::assistants;
use crate::{
    config::{OAuth, is_redirect_uri, is_this_machine},
    domain::program::Place,
};

/// Where a redirect URI leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goes {
    /// To the https address of this host.
    Web(String),
    /// To a program on the computer of the person. The redirect URI is a loopback address, or has the scheme of an app.
    ThisComputer,
}

/// Where the redirect URI leads. `None` if the text is not a redirect URI.
pub fn goes(uri: &str) -> Option<Goes> {
    let url = Url::parse(uri).ok().filter(|_| is_redirect_uri(uri))?;
    match url.host_str() {
        Some(host) if url.scheme() == "https" => Some(Goes::Web(host.to_owned())),
        _ => Some(Goes::ThisComputer),
    }
}

/// Whether an unknown program may use this redirect URI. An unknown program may use the redirect URIs of known
/// assistants, loopback addresses (RFC 8252, section 7.3), and the redirect URIs that the operator has added.
pub fn is_allowed(uri: &str, oauth: &OAuth) -> bool {
    let known = assistants::known().redirect_uris.iter().map(|known| known.uri.as_str());
    is_loopback(uri) || known.chain(oauth.redirect_uris.iter().map(String::as_str)).any(|pattern| fits(pattern, uri))
}

/// Whether a stranger has chosen this redirect URI of the program. If so, the browser must go to this redirect URI only
/// after the person has decided (RFC 9700, section 4.11.2). The service knows all other redirect URIs, or the operator
/// has added them, or they lead to the person's own computer.
pub fn is_strangers(place: &Place, uri: &str, oauth: &OAuth) -> bool {
    matches!(place, Place::Claimed(_)) && !is_allowed(uri, oauth)
}

/// Whether this is a loopback address: `http` with `127.0.0.1`, `[::1]` or `localhost`. This function refuses unusual
/// spellings such as `http://2130706433/`, because another program might read an unusual spelling as another address.
pub fn is_loopback(uri: &str) -> bool {
    let hosts = ["http://127.0.0.1", "http://[::1]", "http://localhost"];
    let own = hosts.iter().filter_map(|host| uri.strip_prefix(host));
    let is_spelled = own.into_iter().any(|rest| rest.is_empty() || rest.starts_with([':', '/', '?']));
    is_spelled && is_redirect_uri(uri) && Url::parse(uri).is_ok_and(|url| is_this_machine(&url))
}

/// Compares two redirect URIs. The URI `asked` comes from a request. The URI `named` comes from the program, from the
/// operator or from `assistants.json`. Returns whether the two URIs are equal, with two exceptions. The port of a
/// loopback address makes no difference (RFC 8252, section 7.3). In the path of `named`, the segment `*` is a wildcard
/// for one segment. The redirect URI of the request must not contain `*`.
pub fn fits(named: &str, asked: &str) -> bool {
    if asked.contains('*') {
        return false;
    }
    if named == asked {
        return is_redirect_uri(asked);
    }
    let (Ok(mut named_url), Ok(mut asked_url)) = (Url::parse(named), Url::parse(asked)) else { return false };
    // The parser changes an unusual spelling to the usual spelling. This function refuses unusual spellings, because
    // another program might read an unusual spelling as another address.
    let is_usual = asked_url.as_str() == asked;
    if is_loopback(named) && is_loopback(asked) {
        let without_port = named_url.set_port(None).is_ok() && asked_url.set_port(None).is_ok();
        return without_port && (named_url == asked_url || (is_usual && fits_pattern(&named_url, &asked_url)));
    }
    is_usual && is_redirect_uri(asked) && fits_pattern(&named_url, &asked_url)
}

fn fits_pattern(named: &Url, asked: &Url) -> bool {
    let segments = |url: &Url| url.path().split('/').map(str::to_owned).collect::<Vec<_>>();
    let (pattern, path) = (segments(named), segments(asked));
    let same = |(pattern, segment): (&String, &String)| {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '~');
        pattern == segment || (pattern == "*" && !segment.is_empty() && segment.chars().all(plain))
    };
    named.scheme() == asked.scheme()
        && named.host() == asked.host()
        && named.port() == asked.port()
        && named.query() == asked.query()
        && pattern.len() == path.len()
        && pattern.iter().zip(&path).all(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_uri_is_the_same_letter_by_letter_and_only_a_loopback_address_has_any_port() {
        let web = "https://claude.ai/api/mcp/auth_callback";
        for (named, asked) in [
            (web, web),
            ("http://127.0.0.1/callback", "http://127.0.0.1:51234/callback"),
            ("http://127.0.0.1:8080/callback", "http://127.0.0.1:51234/callback"),
            ("http://127.0.0.1", "http://127.0.0.1:33418"),
            ("http://127.0.0.1/callback/*", "http://127.0.0.1:33418/callback/AbC"),
            ("http://[::1]:1/a", "http://[::1]:80/a"),
            ("http://localhost/callback", "http://localhost:3118/callback"),
            ("https://chatgpt.com/connector/oauth/*", "https://chatgpt.com/connector/oauth/AbC-1_2"),
            ("cursor://anysphere.cursor-mcp/oauth/callback", "cursor://anysphere.cursor-mcp/oauth/callback"),
        ] {
            assert!(fits(named, asked), "{named} {asked}");
        }
        for (named, asked) in [
            (web, "https://claude.ai/api/mcp/auth_callback/"),
            (web, "https://claude.ai/api/mcp/auth_callback?a=b"),
            (web, "https://claude.ai:444/api/mcp/auth_callback"),
            (web, "HTTPS://claude.ai/api/mcp/auth_callback"),
            (web, "https://claude.ai.evil.example/api/mcp/auth_callback"),
            (web, "https://claude.ai@evil.example/api/mcp/auth_callback"),
            ("http://127.0.0.1/callback", "http://127.0.0.1:51234/other"),
            ("http://127.0.0.1/callback", "http://localhost:51234/callback"),
            ("http://127.0.0.1/callback/*", "http://127.0.0.1:51234/callback/"),
            ("http://127.0.0.1/callback/*", "http://localhost:51234/callback/a"),
            ("http://127.0.0.1/callback", "http://evil@127.0.0.1:51234/callback"),
            ("http://127.0.0.1/callback", "http://127.0.0.1:51234/callback#a"),
            ("http://127.0.0.1/callback", "https://127.0.0.1:51234/callback"),
            ("https://chatgpt.com/connector/oauth/*", "https://chatgpt.com/connector/oauth/"),
            ("https://chatgpt.com/connector/oauth/*", "https://chatgpt.com/connector/oauth/a/b"),
            ("https://chatgpt.com/connector/oauth/*", "https://chatgpt.com/connector/oauth/%2e%2e"),
            ("https://chatgpt.com/connector/oauth/*", "https://chatgpt.com/connector/oauth/a?b=c"),
            ("https://chatgpt.com/connector/oauth/*", "https://chatgpt.com/connector/oauth/.."),
            ("https://chatgpt.com/connector/oauth/*", "https://evil.example/connector/oauth/a"),
            ("https://chatgpt.com/connector/oauth/*", "https://chatgpt.com:8443/connector/oauth/a"),
            ("javascript:alert(1)", "javascript:alert(1)"),
        ] {
            assert!(!fits(named, asked), "{named} {asked}");
        }
    }

    #[test]
    fn a_redirect_uri_leads_to_a_host_or_to_this_computer() {
        assert_eq!(goes("https://claude.ai/api/mcp/auth_callback"), Some(Goes::Web("claude.ai".to_owned())));
        for here in [
            "http://127.0.0.1:1/",
            "http://[::1]/a",
            "http://localhost",
            "cursor://anysphere.cursor-mcp/oauth/callback",
        ] {
            assert_eq!(goes(here), Some(Goes::ThisComputer), "{here}");
        }
        for none in ["http://example.com/", "javascript:alert(1)", "/callback", "", "https://a@b.example/"] {
            assert_eq!(goes(none), None, "{none}");
        }
    }
}
