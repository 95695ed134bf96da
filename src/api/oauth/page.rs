//! The pages that a person sees while signing in. The pages have no script. The pages load nothing, and no other page
//! may show them in a frame.

use std::sync::LazyLock;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use jiff::civil::Date;

use crate::{
    api::answer::html::{escaped, fill, hash_source},
    domain::unicode::one_line,
};

const CONSENT: &str = include_str!("consent.html");
const GOES_ON: &str = include_str!("goes_on.html");
const STOPPED: &str = include_str!("stopped.html");
const STYLE: &str = include_str!("page.css");
/// The source of the style in the Content-Security-Policy of the pages.
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
    /// The person's e-mail address, or the name that the OpenID provider gives the person.
    pub person: &'a str,
    /// The name that the program gave, or that the operator gave the program.
    pub program: &'a str,
    /// Who gets access.
    pub place: Place<'a>,
    /// What the program may do.
    pub scope: Scope,
    /// The day on which the person allowed the program before. The page shows the day only for [`Place::Known`].
    pub allowed_before: Option<Date>,
    /// The access ends if the program does not use the access for this number of days.
    pub idle_days: u16,
    /// The path in the address of this deployment, for example `` or `/prod`.
    pub base_path: &'a str,
}

/// Who gets access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// The host of a program with a verified name. The operator made the program, or the service knows its document.
    Known(&'a str),
    /// The host of a program that registered itself. Nobody has verified its name.
    Claimed(&'a str),
    /// A program with a loopback address, or an app with a URI scheme of its own. Nobody has verified its name.
    ThisComputer,
}

/// What the program may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The program may only read.
    Read,
    /// The program may read and change.
    Full,
}

/// The page that asks a person whether a program may use the person's todos (200). The form sends `request`,
/// `form_token` and `decision` to `BASE_PATH/oauth/consent`. The decision is `allow`, `deny` or `switch`. With `switch`,
/// the person wants to sign in as somebody else.
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
const MAY_CHANGE: &str = "<li>See your todos, lists and settings</li>\n<li>Add, change and delete them. Every change is on the \
    record, and you can undo it for 30 days</li>";
const MAY_NOT: &str = "<li>See your password or the lists of other people</li>";
const MAY_NOT_CHANGE: &str =
    "<li>Add, change or delete anything</li>\n<li>See your password or the lists of other people</li>";

/// The subject of the question, the class of the box that says who gets access, and the content of this box, as HTML.
/// The question contains only verified names. A program could otherwise choose a name that changes the question.
fn described(consent: &Consent) -> (String, &'static str, String) {
    let name = format!("<bdi class=\"name\">{}</bdi>", shown(consent.program, "a program without a name"));
    let host = |host: &str| format!("<bdi class=\"strong\" dir=\"ltr\">{}</bdi>", escaped(host));
    match consent.place {
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
            (name, "known", box_of)
        }
        Place::Claimed(claimed) => {
            let host = host(claimed);
            let box_of = format!(
                "<p class=\"host\">{host}</p>\n<p>The program calls itself “{name}”. Nobody has verified this name.</p>\n\
                 <p>Allow the access only if you trust {host}, and started this yourself.</p>"
            );
            (format!("a program at {host}"), "claimed", box_of)
        }
        Place::ThisComputer => {
            let box_of = format!(
                "<p class=\"host\"><span class=\"strong\">a program on this computer</span> that calls itself “{name}”</p>\n\
                 <p>Only go on if you started this yourself, a moment ago.</p>"
            );
            ("a program on this computer".to_owned(), "here", box_of)
        }
    }
}

/// The page after the person's decision (200). The browser goes on to `address` at once, and the page has a link to
/// `address` too. The page is not a redirect, because Chromium also applies the policy `form-action` to the redirects
/// after a form. `program` is the name of the program.
pub fn goes_on(address: &str, allowed: bool, program: &str) -> Response {
    let name = format!("<bdi class=\"name\">{}</bdi>", shown(program, "A program without a name"));
    let (heading, outcome) = match allowed {
        true => ("Access allowed", format!("You have let {name} use your todos.")),
        false => ("Access denied", format!("{name} cannot use your todos.")),
    };
    let values = [("address", escaped(address)), ("heading", heading.to_owned()), ("outcome", outcome)];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    page(StatusCode::OK, "'none'", GOES_ON, &values)
}

/// The page that says why the sign-in cannot go on (`heading`), and what the person can do (`advice`).
pub fn stopped(status: StatusCode, heading: &str, advice: &str) -> Response {
    let (heading, advice) = (escaped(&one_line(heading)), escaped(&one_line(advice)));
    page(status, "'none'", STOPPED, &[("heading", &heading), ("advice", &advice)])
}

/// Makes a page. `forms` says where the forms of the page may go. The values are HTML.
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

/// A name that a person or a program chose, as HTML. Without control characters and characters that change the direction
/// of the text. If nothing is left, the page shows `nameless`.
fn shown(name: &str, nameless: &str) -> String {
    let clean = one_line(name);
    let short: String = match clean.char_indices().nth(NAME) {
        Some((end, _)) => format!("{}…", clean[..end].trim_end()),
        None => clean,
    };
    escaped(if short.is_empty() { nameless } else { &short })
}
