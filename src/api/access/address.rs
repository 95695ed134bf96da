//! Reads the secret in the path of a secret address.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};

use crate::{
    app::App,
    domain::address::{AddressKind, AddressSecret},
};

/// The secret in the path of the request. `end` is the text after the secret, such as `.ics`. `None` if the path
/// contains no such secret. This function does not search for the secret in the table.
pub async fn secret(parts: &mut Parts, app: &App, kind: AddressKind, end: &str) -> Option<AddressSecret> {
    let Path(last) = Path::<String>::from_request_parts(parts, app).await.ok()?;
    AddressSecret::parse(kind, last.strip_suffix(end)?)
}
