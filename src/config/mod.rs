//! Reads the environment variables of this program. `src/tls/mod.rs` reads the environment variables of OpenSSL.

mod oauth;

use std::fmt;

use jiff::tz::TimeZone;
use url::Url;

pub use oauth::{OAuth, People, is_loopback, is_redirect_uri, is_safe, is_this_machine};
#[cfg(feature = "cli")]
pub use oauth::{certificate_file, client_secret};

use crate::domain::owner::Owner;

/// The configuration of the program. The program reads its configuration once, when it starts.
#[derive(Debug, Clone)]
pub struct Config {
    /// `PUBLIC_URL`: the address at which clients reach the API, without a slash at the end. If `PUBLIC_URL` is not
    /// set, the program makes this address from the event of API Gateway.
    pub public_url: Option<String>,
    /// Decides who may use the API, and which owner's todos a request reads or changes.
    pub auth: Auth,
    /// `DEFAULT_TIME_ZONE`: the time zone (IANA name) of owners who have not set a time zone. The default is UTC.
    pub time_zone: TimeZone,
    /// `CONFIRM`: the operations for which ChatGPT must ask the person before every call.
    pub confirm: Confirm,
    /// `OPERATOR_NAME` and `OPERATOR_CONTACT`: the name and the contact in the privacy policy.
    pub operator: Operator,
    /// `LOG_RETENTION_DAYS`: the privacy policy says that log lines are erased after this number of days. `None` if not
    /// set.
    pub log_retention_days: Option<u16>,
    /// `AWS_LAMBDA_FUNCTION_NAME`, which Lambda sets: the name of the Lambda function. The metrics contain this name.
    /// If `AWS_LAMBDA_FUNCTION_NAME` is not set, the program writes no metrics.
    pub function: Option<String>,
}

/// `AUTH_MODE` decides who may use the API, and which owner's todos a request reads or changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// A caller needs an API key. A request reads and changes only the todos of the key's owner.
    ApiKey,
    /// People sign in with an OpenID provider. The API also accepts API keys, because scripts cannot sign in.
    OAuth(Box<OAuth>),
    /// Everybody may use the API. All callers share the todos of one owner. `OWNER` is the name of this owner. If
    /// `OWNER` is not set, the name of the owner is `me`.
    None(Owner),
}

impl Auth {
    /// Returns the mode of authentication, without the settings of this mode.
    pub fn mode(&self) -> AuthMode {
        match self {
            Self::ApiKey => AuthMode::ApiKey,
            Self::OAuth(_) => AuthMode::OAuth,
            Self::None(_) => AuthMode::None,
        }
    }
}

/// The mode of authentication. The type [`Auth`] contains the settings of each mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMode {
    ApiKey,
    OAuth,
    None,
}

/// The operations for which ChatGPT must ask the person before every call. By default, ChatGPT may call every operation
/// without asking, because every write can be undone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Confirm {
    #[default]
    None,
    Deletes,
    Writes,
}

/// The person or company that is responsible for a deployment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Operator {
    pub name: Option<String>,
    pub contact: Option<String>,
}

/// The configuration of the Lambda function: the general configuration, and the values for the connection to DynamoDB.
#[derive(Clone)]
pub struct LambdaConfig {
    pub config: Config,
    /// `TABLE_NAME`.
    pub table: String,
    /// `AWS_REGION`, set by Lambda.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`: the credentials that Lambda sets.
    pub credentials: aws_credential_types::Credentials,
    /// `AWS_ENDPOINT_URL_DYNAMODB`, or else `AWS_ENDPOINT_URL`: the address of a DynamoDB server. The program uses this
    /// server instead of DynamoDB on AWS.
    pub endpoint: Option<String>,
}

/// The error for an environment variable that is missing or has a wrong value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the environment variables of the process. An empty variable counts as not set. This function uses the
    /// argument `mode` and does not read `AUTH_MODE`.
    pub fn from_env(mode: AuthMode) -> Result<Self, ConfigError> {
        Self::from(variable, mode)
    }

    fn from(read: impl Fn(&str) -> Option<String>, mode: AuthMode) -> Result<Self, ConfigError> {
        let public_url = read("PUBLIC_URL").map(|url| base_url("PUBLIC_URL", &url)).transpose()?;
        let owner = read("OWNER").unwrap_or_else(|| "me".to_owned());
        let owner = Owner::parse(&owner).map_err(|error| ConfigError(format!("OWNER {error}")))?;
        let zone = read("DEFAULT_TIME_ZONE").unwrap_or_else(|| "UTC".to_owned());
        let time_zone = TimeZone::get(&zone).map_err(|_| {
            ConfigError(format!("DEFAULT_TIME_ZONE must be an IANA time zone such as Europe/Berlin, not \"{zone}\""))
        })?;
        let confirm = match read("CONFIRM").as_deref() {
            None | Some("none") => Confirm::None,
            Some("deletes") => Confirm::Deletes,
            Some("writes") => Confirm::Writes,
            Some(other) => {
                return Err(ConfigError(format!("CONFIRM must be none, deletes or writes, not \"{other}\"")));
            }
        };
        let days = |text: String| match text.trim().parse() {
            Ok(days @ 1..) => Ok(days),
            _ => Err(ConfigError(format!("LOG_RETENTION_DAYS must be a number of days such as 30, not \"{text}\""))),
        };
        let log_retention_days = read("LOG_RETENTION_DAYS").map(days).transpose()?;
        let operator = Operator { name: read("OPERATOR_NAME"), contact: read("OPERATOR_CONTACT") };
        let auth = match mode {
            AuthMode::ApiKey => Auth::ApiKey,
            AuthMode::OAuth => Auth::OAuth(Box::new(OAuth::from(&read)?)),
            AuthMode::None => Auth::None(owner),
        };
        let function = read("AWS_LAMBDA_FUNCTION_NAME");
        Ok(Self { public_url, auth, time_zone, confirm, operator, log_retention_days, function })
    }
}

impl LambdaConfig {
    /// Reads the environment variables that Lambda and the SAM template (`infra/template.yaml`) set.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from(variable)
    }

    fn from(read: impl Fn(&str) -> Option<String> + Copy) -> Result<Self, ConfigError> {
        let need =
            |name: &str| read(name).ok_or_else(|| ConfigError(format!("the environment variable {name} is not set")));
        let credentials = aws_credential_types::Credentials::new(
            need("AWS_ACCESS_KEY_ID")?,
            need("AWS_SECRET_ACCESS_KEY")?,
            read("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        let config = Config::from(read, auth_mode(read("AUTH_MODE").as_deref())?)?;
        if config.auth.mode() == AuthMode::OAuth && config.public_url.is_none() {
            let why = "AUTH_MODE oauth needs PUBLIC_URL: access tokens are valid for this address, and people sign in at this address";
            return Err(ConfigError(why.to_owned()));
        }
        Ok(Self {
            config,
            table: need("TABLE_NAME")?,
            region: need("AWS_REGION")?,
            credentials,
            endpoint: read("AWS_ENDPOINT_URL_DYNAMODB").or_else(|| read("AWS_ENDPOINT_URL")),
        })
    }
}

/// The credentials from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. If the option
/// `--dynamodb` names a DynamoDB server, `todo serve` calls this server with these credentials. If `AWS_ACCESS_KEY_ID`
/// is set, `todo dynamodb` answers only calls that contain this access key. The secret may be missing, because
/// emulators of DynamoDB do not check the secret.
pub fn aws_credentials() -> Option<aws_credential_types::Credentials> {
    let secret = variable("AWS_SECRET_ACCESS_KEY").unwrap_or_else(|| "local".to_owned());
    let token = variable("AWS_SESSION_TOKEN");
    let credentials = |key| aws_credential_types::Credentials::new(key, secret, token, None, "environment");
    variable("AWS_ACCESS_KEY_ID").map(credentials)
}

/// `TODO_API_KEY`: the API key with which the `todo` command calls a deployment.
pub fn remote_key() -> Option<String> {
    variable("TODO_API_KEY").map(|key| key.trim().to_owned())
}

/// With this value of `AUTH_MODE`, callers need no API key. The value is long, so that no operator chooses this mode by
/// mistake.
const NO_AUTH: &str = "none-everybody-shares-one-list";

fn auth_mode(text: Option<&str>) -> Result<AuthMode, ConfigError> {
    match text {
        None | Some("api-key") => Ok(AuthMode::ApiKey),
        Some("oauth") => Ok(AuthMode::OAuth),
        Some(NO_AUTH) => Ok(AuthMode::None),
        Some("none") => Err(ConfigError(format!(
            "AUTH_MODE none would let everybody read and change the list; if you want that, set AUTH_MODE to {NO_AUTH}"
        ))),
        Some(other) => Err(ConfigError(format!("AUTH_MODE must be api-key, oauth or {NO_AUTH}, not \"{other}\""))),
    }
}

/// Reads an absolute address that has no query and no fragment. The scheme must be https, because clients send keys to
/// this address. If the host is this machine, the scheme may also be http. Removes slashes at the end of the address.
pub fn base_url(name: &str, url: &str) -> Result<String, ConfigError> {
    let refused = |must: &str| ConfigError(format!("{name} must {must}, not \"{url}\""));
    let absolute = "be an absolute address such as https://todo.example.com";
    let uri: http::Uri = url.trim().parse().map_err(|_| refused(absolute))?;
    let web = matches!(uri.scheme_str(), Some("http" | "https"));
    if !web || uri.host().is_none_or(str::is_empty) || uri.query().is_some() || url.contains('#') {
        return Err(refused(absolute));
    }
    let is_here = || Url::parse(url.trim()).is_ok_and(|url| is_loopback(&url));
    if uri.scheme_str() == Some("http") && !is_here() {
        return Err(refused(
            "begin with https://, because http:// would send keys and todos without encryption; \
             only localhost and loopback addresses such as 127.0.0.1 may use http://",
        ));
    }
    Ok(url.trim().trim_end_matches('/').to_owned())
}

#[expect(clippy::disallowed_methods, reason = "only this function reads environment variables")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lambda(vars: &[(&str, &str)]) -> Result<LambdaConfig, ConfigError> {
        let find = |name: &str| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        LambdaConfig::from(find)
    }

    const COMPLETE: [(&str, &str); 4] = [
        ("TABLE_NAME", "todos"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];

    #[test]
    fn defaults_are_api_keys_and_utc_without_a_public_url() {
        let config = lambda(&COMPLETE).unwrap().config;
        assert_eq!((config.public_url, config.auth, config.time_zone), (None, Auth::ApiKey, TimeZone::UTC));
    }

    #[test]
    fn only_who_says_so_in_full_needs_no_key() {
        let mode = |mode| lambda(&[&COMPLETE[..], &[("AUTH_MODE", mode)]].concat()).map(|lambda| lambda.config.auth);
        assert_eq!(mode("api-key"), Ok(Auth::ApiKey));
        assert_eq!(mode(NO_AUTH), Ok(Auth::None(Owner::parse("me").unwrap())));
        for refused in ["none", "None", "OAuth", "off"] {
            assert!(mode(refused).unwrap_err().to_string().contains(NO_AUTH), "{refused}");
        }
    }

    #[test]
    fn nothing_is_asked_and_nobody_is_named_by_default() {
        let config = lambda(&COMPLETE).unwrap().config;
        assert_eq!((config.confirm, config.operator, config.function), (Confirm::None, Operator::default(), None));
    }

    #[test]
    fn confirm_is_one_of_three_words() {
        let confirm =
            |word| lambda(&[&COMPLETE[..], &[("CONFIRM", word)]].concat()).map(|config| config.config.confirm);
        for (word, expected) in [("none", Confirm::None), ("deletes", Confirm::Deletes), ("writes", Confirm::Writes)] {
            assert_eq!(confirm(word).unwrap(), expected);
        }
    }

    #[test]
    fn an_endpoint_for_dynamodb_comes_before_one_for_all_services() {
        let endpoint = |more: &[(&str, &str)]| lambda(&[&COMPLETE[..], more].concat()).unwrap().endpoint;
        let (own, all) = (("AWS_ENDPOINT_URL_DYNAMODB", "http://own"), ("AWS_ENDPOINT_URL", "http://all"));
        assert_eq!(endpoint(&[]), None);
        assert_eq!(endpoint(&[all]).as_deref(), Some("http://all"));
        assert_eq!(endpoint(&[all, own]).as_deref(), Some("http://own"));
    }

    #[test]
    fn every_error_names_its_variable() {
        for (name, _) in COMPLETE {
            let rest: Vec<_> = COMPLETE.into_iter().filter(|(key, _)| *key != name).collect();
            assert!(lambda(&rest).err().unwrap().to_string().contains(name));
        }
        for (name, value) in [
            ("PUBLIC_URL", "todo.example.com"),
            ("PUBLIC_URL", "https://a/?b"),
            ("DEFAULT_TIME_ZONE", "Mars/Olympus"),
            ("OWNER", "a\tb"),
            ("CONFIRM", "Deletes"),
            ("LOG_RETENTION_DAYS", "0"),
            ("LOG_RETENTION_DAYS", "a month"),
        ] {
            let vars: Vec<_> = COMPLETE.into_iter().chain([(name, value)]).collect();
            assert!(lambda(&vars).err().unwrap().to_string().contains(name));
        }
    }

    #[test]
    fn a_base_url_is_encrypted_or_this_machine_s() {
        let here = [
            "http://localhost",
            "http://LOCALHOST:9000",
            "http://127.0.0.1:9000/a",
            "http://127.1.2.3",
            "http://[::1]:9000",
        ];
        for url in ["https://todo.example.com", "HTTPS://10.0.0.1:8443/dev"].into_iter().chain(here) {
            assert_eq!(base_url("PUBLIC_URL", url).unwrap(), url);
        }
        for url in [
            "http://todo.example.com",
            "HTTP://todo.example.com",
            "http://localhost.evil.example",
            "http://localhost@evil.example",
            "http://127.0.0.1.evil.example:9000",
            "http://192.168.1.2:9000",
            "http://0.0.0.0:9000",
            "http://[::2]",
        ] {
            let error = base_url("PUBLIC_URL", url).unwrap_err().to_string();
            assert!(error.contains("PUBLIC_URL must begin with https://") && error.contains(url), "{error}");
        }
    }

    #[test]
    fn a_base_url_loses_its_last_slash() {
        assert_eq!(base_url("PUBLIC_URL", "https://todo.example.com/dev/").unwrap(), "https://todo.example.com/dev");
    }
}
