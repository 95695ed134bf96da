//! Finds the region and the credentials of AWS, and checks the profile of the AWS CLI.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig, profile::load, timeout::TimeoutConfig};
use aws_credential_types::provider::{ProvideCredentials, error::CredentialsError};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_sdk_dynamodb::Client;
use aws_types::os_shim_internal::{Env, Fs};
use todo_action::tls::with_causes;

use super::Report;
use crate::place::quoted;

/// Makes a client for AWS, and checks the region and the credentials. `None` if the client cannot work.
pub async fn client(report: &mut Report, region: Option<&str>) -> Option<Client> {
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_secs(15)).build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts);
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }
    let config = loader.load().await;
    let Some(region) = config.region() else {
        let (check, (why, next)) = match problem().await {
            Some(problem) => ("profile", problem),
            None => (
                "region",
                (
                    "no region is set, so the command does not know where the table is.".to_owned(),
                    "add --region, set AWS_REGION, or run `aws configure`.".to_owned(),
                ),
            ),
        };
        report.wrong(check, why, next);
        return None;
    };
    report.ok("region", format!("the command looks for the table in {region}."));
    match credentials_error(&config).await {
        None => {
            report.ok("credentials", "there are AWS credentials on this machine.");
            Some(Client::new(&config))
        }
        Some(why) => {
            let next = "run `aws configure` or `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. If \
                        you use profiles, set AWS_PROFILE.";
            match problem().await {
                Some((why, next)) => report.wrong("profile", why, next),
                None => report.wrong("credentials", why, next),
            }
            None
        }
    }
}

/// Why there are no credentials. `None` if there are credentials.
async fn credentials_error(config: &SdkConfig) -> Option<String> {
    let missing = "there are no AWS credentials on this machine.".to_owned();
    let Some(provider) = config.credentials_provider() else { return Some(missing) };
    match provider.provide_credentials().await {
        Ok(_) => None,
        Err(CredentialsError::CredentialsNotLoaded(_)) => Some(missing),
        Err(error) => Some(format!("there are no usable AWS credentials on this machine ({}).", with_causes(&error))),
    }
}

/// Why the files of the AWS CLI or the profile in AWS_PROFILE cannot be used, and what to do. `None` if nothing is
/// wrong with the files and the profile.
async fn problem() -> Option<(String, String)> {
    let profiles = match load(&Fs::real(), &Env::real(), &EnvConfigFiles::default(), None).await {
        Ok(profiles) => profiles,
        Err(error) => {
            let why = format!("the settings of the AWS CLI cannot be read ({}).", with_causes(&error));
            return Some((why, "correct the file that the message names.".to_owned()));
        }
    };
    let name = profiles.selected_profile();
    if name == "default" || profiles.get_profile(name).is_some() {
        return None;
    }
    let mut known: Vec<&str> = profiles.profiles().collect();
    known.sort_unstable();
    let known = if known.is_empty() { "no profile".to_owned() } else { known.join(", ") };
    Some((
        format!("AWS_PROFILE names the profile {name}, but the files of the AWS CLI contain no such profile."),
        format!(
            "the files contain: {known}. Set AWS_PROFILE to a profile in the files, or run `aws configure --profile \
             {}`.",
            quoted(name)
        ),
    ))
}
