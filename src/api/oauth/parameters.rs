//! Parameters of OAuth requests, from a query or a form (RFC 6749, section 3.1 and 3.2).

/// The known parameters of a request, each at most once. What is not known is left out, as the RFC wants, so nothing
/// reaches the provider that was not looked at.
#[derive(Debug)]
pub struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    /// Reads `application/x-www-form-urlencoded`. The error is a sentence for the client.
    pub fn read(text: &[u8], known: &[&'static str]) -> Result<Self, String> {
        let mut parameters = Vec::new();
        for (name, value) in form_urlencoded::parse(text) {
            // No name and no value of OAuth has any, and what follows a line break may be taken for something else.
            if name.chars().chain(value.chars()).any(char::is_control) {
                return Err("A parameter holds control characters.".to_owned());
            }
            let Some(name) = known.iter().find(|known| **known == name) else { continue };
            if parameters.iter().any(|(present, _)| present == name) {
                return Err(format!("The parameter {name} is sent more than once."));
            }
            // An empty one counts as not sent.
            if !value.is_empty() {
                parameters.push((*name, value.into_owned()));
            }
        }
        Ok(Self(parameters))
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(present, _)| *present == name).map(|(_, value)| value.as_str())
    }

    /// All but these, as they are sent on.
    pub fn without<'a>(&'a self, left_out: &'a [&str]) -> impl Iterator<Item = (&'static str, &'a str)> {
        self.0.iter().filter(|(name, _)| !left_out.contains(name)).map(|(name, value)| (*name, value.as_str()))
    }
}
