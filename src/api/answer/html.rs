//! Makes HTML from templates. The placeholder `{{name}}` of a template stands for the value with this name.

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

/// Replaces each placeholder in the template with the value of the placeholder. The values are HTML, so the caller of
/// this function escapes each text that comes from outside. If a placeholder has no value, this function removes the
/// placeholder.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    // A value may contain the text of a placeholder. The loop never searches the values, so a placeholder inside a
    // value stays unchanged.
    let mut pieces = template.split("{{");
    let mut html = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once("}}").unwrap_or((piece, ""));
        let value = values.iter().find(|(known, _)| *known == name);
        html.push_str(value.map_or("", |(_, value)| value));
        html.push_str(rest);
    }
    html
}

/// The argument `text` as HTML. In an element and in a quoted attribute, a browser reads this HTML as exactly `text`.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// The hash source for a Content-Security-Policy. This source allows exactly this inline style or script (CSP Level 3,
/// section 2.3.1).
pub fn hash_source(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())))
}
