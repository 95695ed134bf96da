//! Reads the parameters of OAuth requests from a query or a form (RFC 6749, sections 3.1 and 3.2).

/// The known parameters of a request. No parameter occurs twice. The program ignores unknown parameters, as RFC 6749
/// requires. So the program sends only known parameters to the provider.
#[derive(Debug)]
pub struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    /// Reads text in the format `application/x-www-form-urlencoded`. If a parameter is wrong, returns an error message
    /// for the client.
    pub fn read(text: &[u8], known: &[&'static str]) -> Result<Self, String> {
        let mut parameters = Vec::new();
        for (name, value) in form_urlencoded::parse(text) {
            // OAuth needs no control characters in the names and values of its parameters. A line break in a value is
            // dangerous, because another program might misunderstand the text after the line break.
            if name.chars().chain(value.chars()).any(char::is_control) {
                return Err("A parameter holds control characters.".to_owned());
            }
            let Some(name) = known.iter().find(|known| **known == name) else { continue };
            if parameters.iter().any(|(present, _)| present == name) {
                return Err(format!("The parameter {name} is sent more than once."));
            }
            // The program ignores a parameter with an empty value.
            if !value.is_empty() {
                parameters.push((*name, value.into_owned()));
            }
        }
        Ok(Self(parameters))
    }

    /// The value of the parameter with this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(present, _)| *present == name).map(|(_, value)| value.as_str())
    }

    /// All parameters that are not in `left_out`, in the same order as in the request.
    pub fn without<'a>(&'a self, left_out: &'a [&str]) -> impl Iterator<Item = (&'static str, &'a str)> {
        self.0.iter().filter(|(name, _)| !left_out.contains(name)).map(|(name, value)| (*name, value.as_str()))
    }
}
