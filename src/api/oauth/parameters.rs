//! Reads the parameters of OAuth requests from a query or a form (RFC 6749, sections 3.1 and 3.2).

use axum::http::{HeaderMap, header};

use super::error::OAuthError;

/// The known parameters of a request. Only the parameter `resource` may occur several times (RFC 8707, section 2). The
/// program ignores unknown parameters, as RFC 6749 requires.
#[derive(Debug)]
pub struct Parameters(Vec<(&'static str, String)>);

/// The parameter with an address for which the client wants access (RFC 8707).
const RESOURCE: &str = "resource";

impl Parameters {
    /// Reads text in the format `application/x-www-form-urlencoded`. If a parameter is wrong, returns an error message
    /// for the client.
    pub fn read(text: &[u8], known: &[&'static str]) -> Result<Self, String> {
        let mut parameters = Vec::new();
        for (name, value) in form_urlencoded::parse(text) {
            let Some(name) = known.iter().find(|known| **known == name) else { continue };
            // Control characters can do harm: for example, another program might misunderstand the text after a line
            // break. No known parameter needs control characters, so this function refuses them.
            if value.chars().any(char::is_control) {
                return Err(format!("The parameter {name} contains control characters."));
            }
            if *name != RESOURCE && parameters.iter().any(|(present, _)| present == name) {
                return Err(format!("The parameter {name} is sent more than once."));
            }
            // The program ignores a parameter with an empty value.
            if !value.is_empty() {
                parameters.push((*name, value.into_owned()));
            }
        }
        Ok(Self(parameters))
    }

    /// Reads the form of an OAuth client.
    pub fn of_form(headers: &HeaderMap, body: &[u8], known: &[&'static str]) -> Result<Self, OAuthError> {
        let form = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = form.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OAuthError::invalid_request("Send a form: Content-Type application/x-www-form-urlencoded."));
        }
        Self::read(body, known).map_err(OAuthError::invalid_request)
    }

    /// The value of the parameter with this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(present, _)| *present == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that every request must have.
    pub fn need(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| OAuthError::invalid_request(format!("{name} is missing.")))
    }

    /// The addresses for which the client wants access (RFC 8707).
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(name, _)| *name == RESOURCE).map(|(_, value)| value.as_str())
    }
}
