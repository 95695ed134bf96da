//! The pages that a person sees while signing in. The pages have no script. The pages load nothing, and no other page
//! may show these pages in a frame.

use std::sync::LazyLock;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use jiff::civil::Date;

use crate::{
    api::answer::html::{escaped, fill, hash_source},
    domain::{program::Place, scope::Scope, unicode::one_line},
};

const CONSENT: &str = include_str!("consent.html");
const GOES_ON: &str = include_str!("goes_on.html");
const STOPPED: &str = include_str!("stopped.html");
const STYLE: &str = include_str!("page.css");
/// The hash source of the style, for the Content-Security-Policy of the pages.
static STYLE_SOURCE: LazyLock<String> = LazyLock::new(|| hash_source(STYLE));
/// A page shows at most this number of characters of a name.
const NAME: usize = 100;

/// The content of the consent page.
#[derive(Debug, Clone, Copy)]
pub struct Consent<'a> {
    /// The id of the sign-in request, which becomes the hidden form field `request`.
    pub request: &'a str,
    /// The token against cross-site request forgery, which becomes the hidden form field `form_token`.
    pub form_token: &'a str,
    /// The person's e-mail address, or the person's name at the OpenID provider.
    pub person: &'a str,
    /// The name of the program. The program itself or the operator has chosen this name.
    pub program: &'a str,
    /// Who gets access.
    pub place: &'a Place,
    /// What the program may do.
    pub scope: Scope,
    /// The day on which the person allowed the program before. The page shows the day only for [`Place::Known`].
    pub allowed_before: Option<Date>,
    /// If the program does not use the access for this number of days, the access ends.
    pub idle_days: u16,
    /// The path in the address of this deployment, for example `/prod`. The path can be empty.
    pub base_path: &'a str,
}

/// The page that asks a person whether a program may use the person's todos (200). The form sends `request`,
/// `form_token` and `decision` to `BASE_PATH/oauth/consent`. The decision is `allow`, `deny` or `switch`. With
/// `switch`, the person wants to sign in as somebody else.
pub fn consent(consent: &Consent) -> Response {
    let (subject, kind, place) = described(consent);
    let (usage, may, may_not) = match consent.scope {
        Scope::Read => ("read", MAY_READ, MAY_NOT_CHANGE),
        Scope::Full => ("read and change", MAY_CHANGE, MAY_NOT),
    };
    let person = one_line(consent.person);
    let initial =
        person.chars().find(|letter| letter.is_alphanumeric()).map(|letter| letter.to_uppercase().to_string());
    let idle = match consent.idle_days {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    let values = [
        ("subject", subject.as_str()),
        ("use", usage),
        ("base_path", &escaped(consent.base_path)),
        ("request", &escaped(consent.request)),
        ("form_token", &escaped(consent.form_token)),
        ("initial", &escaped(&initial.unwrap_or_default())),
        ("person", &shown(consent.person, "a person without a name")),
        ("may", may),
        ("may_not", may_not),
        ("kind", kind),
        ("place", &place),
        ("idle", &idle),
    ];
    page(StatusCode::OK, "'self'", CONSENT, &values)
}

const MAY_READ: &str = "<li>See your todos, lists and settings</li>";
const MAY_CHANGE: &str = "<li>See your todos, lists and settings</li>\n<li>Add, change and delete them. Every change is \
    recorded, and you can undo it for 30 days</li>";
const MAY_NOT: &str = "<li>See your password or the lists of other people</li>\n<li>See or end the access of your other \
    programs</li>";
const MAY_NOT_CHANGE: &str = "<li>Add, change or delete anything</li>\n<li>See your password, the lists of other people, or \
    the access of your other programs</li>";

/// Returns three texts as HTML. In the question of the page, the first text stands for the program. A box on the page
/// says who gets access: the second text is the CSS class of this box, and the third text is the content of this box.
/// The question contains only verified names, because a program could choose a name that changes the meaning of the
/// question.
fn described(consent: &Consent) -> (String, &'static str, String) {
    let name = shown(consent.program, "a program without a name");
    let claim = format!("<span class=\"name\">“<bdi>{name}</bdi>”</span>");
    // The browser may break a long host after a dot.
    let host = |host: &str| match host.len() {
        ..=30 => format!("<bdi class=\"strong\" dir=\"ltr\">{}</bdi>", escaped(host)),
        _ => format!("<bdi class=\"strong\" dir=\"ltr\">{}</bdi>", escaped(host).replace('.', ".<wbr>")),
    };
    match &consent.place {
        Place::Known(known) => {
            let before = consent.allowed_before.map(|day| {
                let (date, words) = (day.to_string(), day.strftime("%-d %B %Y"));
                format!("\n<p>You allowed this program before, on <time datetime=\"{date}\">{words}</time>.</p>")
            });
            let box_of = format!(
                "<p class=\"host\">{}</p>\n<p>The name of this program is verified.</p>{}",
                host(known),
                before.unwrap_or_default()
            );
            (format!("<bdi class=\"name\">{name}</bdi>"), "known", box_of)
        }
        Place::Claimed(claimed) => {
            let host = host(claimed);
            let box_of = format!(
                "<p class=\"host\">{host}</p>\n<p>The program calls itself {claim}. Nobody has verified this name.</p>\n\
                 <p>Allow the access only if you trust this host, and started this yourself.</p>"
            );
            (format!("a program at {host}"), "claimed", box_of)
        }
        // The page of this service never asks for consent, so `Place::Page` does not occur here.
        Place::ThisComputer | Place::Page => {
            let box_of = format!(
                "<p class=\"host\"><span class=\"strong\">a program on this computer</span> that calls itself {claim}</p>\n\
                 <p>Continue only if you started this yourself, a moment ago.</p>"
            );
            ("a program on this computer".to_owned(), "here", box_of)
        }
    }
}

/// The page after the person's decision (200). The browser opens `address` at once. The page also contains a link to
/// `address`. The answer to the form is this page and not a redirect, because Chromium would apply the policy
/// `form-action` to the redirect too. `program` is the name of the program.
pub fn goes_on(address: &str, allowed: bool, program: &str) -> Response {
    let name = format!("<bdi class=\"name\">{}</bdi>", shown(program, "a program without a name"));
    let (heading, outcome) = match allowed {
        true => ("Access allowed", format!("You have let {name} use your todos.")),
        false => ("Access denied", format!("You have not let {name} use your todos.")),
    };
    went(address, heading, outcome, "back to the program", "Go back to the program")
}

/// The page that sends the person to the provider again, because the person wants to sign in as somebody else (200).
/// The page is not a redirect, for the same reason as [`goes_on`].
pub fn goes_to_provider(address: &str) -> Response {
    let outcome = "You can now sign in as somebody else.".to_owned();
    went(address, "Sign in again", outcome, "to the sign-in page", "Go to the sign-in page")
}

fn went(address: &str, heading: &str, outcome: String, to: &str, link: &str) -> Response {
    let values = [
        ("address", escaped(address)),
        ("heading", heading.to_owned()),
        ("outcome", outcome),
        ("to", to.to_owned()),
        ("link", link.to_owned()),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    page(StatusCode::OK, "'none'", GOES_ON, &values)
}

/// The page that says why the sign-in cannot go on (`heading`), and what the person can do (`advice`). At the address
/// `other_person`, the person can sign in as somebody else.
pub fn stopped(status: StatusCode, heading: &str, advice: &str, other_person: Option<&str>) -> Response {
    let (heading, advice) = (escaped(&one_line(heading)), escaped(&one_line(advice)));
    let link = other_person.map(|address| {
        format!(
            "\n<p class=\"decide\"><a class=\"button\" href=\"{}\">Sign in as somebody else</a></p>",
            escaped(address)
        )
    });
    let link = link.unwrap_or_default();
    page(status, "'none'", STOPPED, &[("heading", &heading), ("advice", &advice), ("link", &link)])
}

/// Makes a page. `forms` is the value of the policy `form-action`, which says to which addresses the page may send its
/// form. The values are HTML.
fn page(status: StatusCode, forms: &str, template: &str, values: &[(&str, &str)]) -> Response {
    let policy = format!(
        "default-src 'none'; style-src {}; form-action {forms}; base-uri 'none'; frame-ancestors 'none'",
        *STYLE_SOURCE
    );
    let policy = HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"));
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, Html(fill(template, &[&[("style", STYLE)], values].concat()))).into_response()
}

/// A name that a person or a program chose, as HTML. This function removes control characters and characters that
/// change the direction of the text. If no character is left, the page shows `nameless`.
fn shown(name: &str, nameless: &str) -> String {
    let clean = one_line(name);
    let short: String = match clean.char_indices().nth(NAME) {
        Some((end, _)) => format!("{}…", clean[..end].trim_end()),
        None => clean,
    };
    escaped(if short.is_empty() { nameless } else { &short })
}

/// The snapshots are whole answers, in which `{{style}}` stands for the style. `.ci/browser/signing_in.test.mjs` opens
/// the snapshots in a browser.
#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use jiff::civil::date;

    use super::*;

    /// A name with markup, many accents on one letter, control characters, and characters that change the direction of
    /// the text.
    const HOSTILE: &str = "Claude\u{202e}</bdi><script>steal()</script>\u{2069}\u{0}\r\n {{form_token}} \
        Z\u{30d}\u{30e}\u{304}\u{305}\u{33f}\u{311}\u{346}\u{310}\u{352}\u{357}\u{300}\u{301} and so on, and so on, and so on, and so on";
    /// All characters that have a special meaning in HTML or in the content of `<meta http-equiv="refresh">`. A program
    /// may write these characters in its redirect URI.
    const ODD: &str = "?a='b'&c=\"d\";e=f g&url=https://evil.example/&amp;lt=<i>&code=C0DE%27%20&state=%22;url=x&iss=https://todo.test#'";

    fn known_place() -> &'static Place {
        static PLACE: LazyLock<Place> = LazyLock::new(|| Place::Known("claude.ai".to_owned()));
        &PLACE
    }

    fn known() -> Consent<'static> {
        Consent {
            request: "request-1",
            form_token: "token-1",
            person: "ada@example.com",
            program: "Claude",
            place: known_place(),
            scope: Scope::Full,
            allowed_before: Some(date(2026, 10, 3)),
            idle_days: 180,
            base_path: "/prod",
        }
    }

    /// The answer as text: the status, the headers, and the page.
    async fn text(response: Response) -> String {
        let (parts, body) = response.into_parts();
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        let headers = parts.headers.iter().map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()));
        let mut headers: Vec<_> = headers.collect();
        headers.sort();
        assert!(body.contains(STYLE));
        format!("{}\n{}\n{}", parts.status.as_u16(), headers.concat(), body.replace(STYLE, "{{style}}"))
    }

    #[tokio::test]
    async fn a_known_program_is_named_and_may_have_been_allowed_before() {
        let page = text(consent(&known())).await;
        assert!(page.contains("before, on <time datetime=\"2026-10-03\">3 October 2026</time>"), "{page}");
        insta::assert_snapshot!("consent-known", page);
    }

    #[tokio::test]
    async fn a_program_that_registered_itself_is_shown_by_its_host() {
        let host = "a-host-with-a-very-long-name-that-nobody-would-read-to-its-end.claude.ai.evil.example";
        let program = Consent {
            place: &Place::Claimed(host.to_owned()),
            scope: Scope::Read,
            idle_days: 1,
            base_path: "",
            ..known()
        };
        let page = text(consent(&program)).await;
        assert!(!page.contains("before, on"), "{page}");
        insta::assert_snapshot!("consent-claimed", page);
    }

    #[tokio::test]
    async fn a_program_on_this_computer_only_calls_itself_something() {
        let program = Consent { program: "Claude Code", place: &Place::ThisComputer, base_path: "", ..known() };
        let page = text(consent(&program)).await;
        assert!(!page.contains("before, on"), "{page}");
        insta::assert_snapshot!("consent-this-computer", page);
    }

    #[tokio::test]
    async fn a_hostile_name_is_only_text() {
        let (program, person) = (HOSTILE, "\u{202e}\u{5d0}\u{5d3}\u{5d4}\u{202c} <b>Ada</b>");
        let hostile = Consent { program, person, place: &Place::ThisComputer, base_path: "/'\"><b>", ..known() };
        let page = text(consent(&hostile)).await;
        assert!(!page.contains("<script") && !page.contains("<b>") && page.contains("{{form_token}}"), "{page}");
        insta::assert_snapshot!("consent-hostile", page);
    }

    #[tokio::test]
    async fn a_name_is_cut_and_never_empty() {
        assert_eq!(shown(&"é".repeat(NAME), "nobody"), "é".repeat(NAME));
        assert_eq!(shown(&"é".repeat(NAME + 1), "nobody"), "é".repeat(NAME) + "…");
        assert_eq!(shown(" \u{202e}\u{200b}\t", "nobody"), "nobody");
    }

    #[tokio::test]
    async fn the_browser_goes_on_to_exactly_the_address() {
        let https = format!("https://app.example/callback{ODD}");
        insta::assert_snapshot!("goes-on-https", text(goes_on(&https, true, "Claude")).await);
        let loopback = format!("http://127.0.0.1:49152/callback{ODD}");
        insta::assert_snapshot!("goes-on-loopback", text(goes_on(&loopback, false, HOSTILE)).await);
        let own_scheme = format!("cursor://anysphere.cursor-mcp/oauth/callback{ODD}");
        insta::assert_snapshot!("goes-on-own-scheme", text(goes_on(&own_scheme, true, "Cursor")).await);
    }

    #[tokio::test]
    async fn a_page_says_why_the_sign_in_cannot_go_on() {
        let advice = "Go back to the program, and start the sign-in again. A request is good for 10 minutes.";
        let page = stopped(StatusCode::NOT_FOUND, "This sign-in is over", advice, None);
        insta::assert_snapshot!("stopped", text(page).await);
        let page =
            text(stopped(StatusCode::BAD_REQUEST, "</title><script>", "<script>\u{202e}", Some("/\"<script>"))).await;
        assert!(page.starts_with("400\n") && !page.contains("<script>"), "{page}");
    }
}
