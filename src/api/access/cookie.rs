//! The session cookie of the page. A script cannot read this cookie, so no script can steal the credential in it. The
//! cookie contains an API key, or the access token of the page.

use axum::http::{HeaderMap, HeaderValue, header};
use jiff::SignedDuration;

/// The name of the cookie. A browser sends a `__Host-` cookie only to this host and only over https, and no other host
/// can set it (RFC 6265bis, section 4.1.3.2). On http, browsers refuse this prefix.
fn name(base_url: Option<&str>) -> &'static str {
    match base_url {
        Some(base_url) if base_url.starts_with("http://") => "session",
        _ => "__Host-session",
    }
}

/// The credential in the session cookie. Only a page of this service may use the cookie: every request of such a page
/// has the header `Sec-Fetch-Site: same-origin`, and web pages cannot set this header (Fetch Metadata Request Headers,
/// section 2.3).
pub fn credential<'h>(headers: &'h HeaderMap, base_url: Option<&str>) -> Option<&'h str> {
    if !is_from_own_page(headers) {
        return None;
    }
    let name = name(base_url);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(own, value)| *own == name && !value.is_empty()).map(|(_, value)| value)
}

/// Whether a page of this service sent the request.
pub fn is_from_own_page(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin")
}

/// The header that stores the credential in the browser. Without `lasts`, the browser forgets the cookie when the
/// browser is closed. `None` if the credential cannot be in a header.
pub fn set(credential: &str, base_url: &str, lasts: Option<SignedDuration>) -> Option<HeaderValue> {
    let secure = if base_url.starts_with("http://") { "" } else { "; Secure" };
    let lasts = lasts.map(|lasts| format!("; Max-Age={}", lasts.as_secs())).unwrap_or_default();
    let name = name(Some(base_url));
    HeaderValue::from_str(&format!("{name}={credential}; Path=/{lasts}; HttpOnly; SameSite=Strict{secure}")).ok()
}

/// The header that removes the cookie from the browser.
pub fn remove(base_url: &str) -> Option<HeaderValue> {
    set("", base_url, Some(SignedDuration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_this_service_can_use_the_cookie() {
        let headers = |site: Option<&str>, cookie: &str| {
            let mut headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(cookie).unwrap())]);
            headers.extend(site.map(|site| {
                ("sec-fetch-site".parse::<header::HeaderName>().unwrap(), HeaderValue::from_str(site).unwrap())
            }));
            headers
        };
        let https = Some("https://todo.test");
        let own = headers(Some("same-origin"), "a=b; __Host-session=k; session=other");
        assert_eq!(credential(&own, https), Some("k"));
        assert_eq!(credential(&own, None), Some("k"), "without an address, the strict name counts");
        assert_eq!(credential(&own, Some("http://127.0.0.1:1")), Some("other"));
        for site in [None, Some("same-site"), Some("cross-site"), Some("none")] {
            assert_eq!(credential(&headers(site, "__Host-session=k"), https), None, "{site:?}");
        }
        assert_eq!(credential(&headers(Some("same-origin"), "__Host-session=; session=k"), https), None);
    }

    #[test]
    fn the_cookie_is_out_of_reach_for_scripts_and_for_other_sites() {
        let kept = set("k", "https://todo.test", Some(SignedDuration::from_hours(1))).unwrap();
        assert_eq!(kept, "__Host-session=k; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict; Secure");
        let laptop = set("k", "http://127.0.0.1:1", None).unwrap();
        assert_eq!(laptop, "session=k; Path=/; HttpOnly; SameSite=Strict");
        assert!(remove("https://todo.test").unwrap().to_str().unwrap().contains("=; Path=/; Max-Age=0;"));
        assert_eq!(set("a\nb", "https://todo.test", None), None);
    }
}
