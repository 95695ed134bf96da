//! Parameters of OAuth requests, from a query or a form (RFC 6749, section 3.1 and 3.2).

/// The known parameters of a request. Each is there at most once. Unknown parameters are ignored, as the RFC requires, so no
/// unchecked parameter reaches the provider.
#[derive(Debug)]
pub struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    /// Reads `application/x-www-form-urlencoded`. The error is a sentence for the client.
    pub fn read(text: &[u8], known: &[&'static str]) -> Result<Self, String> {
        let mut parameters = Vec::new();
        for (name, value) in form_urlencoded::parse(text) {
            // OAuth needs no control characters in names and values. Another program might read the text after a line break
            // as something else.
            if name.chars().chain(value.chars()).any(char::is_control) {
                return Err("A parameter holds control characters.".to_owned());
            }
            let Some(name) = known.iter().find(|known| **known == name) else { continue };
            if parameters.iter().any(|(present, _)| present == name) {
                return Err(format!("The parameter {name} is sent more than once."));
            }
            // An empty parameter counts as not sent.
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

    /// All parameters except these, in their original order.
    pub fn without<'a>(&'a self, left_out: &'a [&str]) -> impl Iterator<Item = (&'static str, &'a str)> {
        self.0.iter().filter(|(name, _)| !left_out.contains(name)).map(|(name, value)| (*name, value.as_str()))
    }
}
