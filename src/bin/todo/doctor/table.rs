//! Checks a DynamoDB table.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig, timeout::TimeoutConfig};
use aws_credential_types::provider::{ProvideCredentials, error::CredentialsError};
use aws_sdk_dynamodb::{
    Client,
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeDeserializationInterceptorContextRef},
    error::{BoxError, ProvideErrorMetadata, SdkError},
    types::{PointInTimeRecoveryStatus, TableDescription, TableStatus, TimeToLiveStatus},
};
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use todo_action::{
    config::aws_credentials,
    local,
    store::{Store, Usage, connect},
    tls::with_causes,
};

use super::{Report, Secret, check_clock};

/// The name of a table, and where the table is.
pub struct Table {
    pub name: String,
    pub region: Option<String>,
    /// The address of a DynamoDB server, instead of AWS.
    pub endpoint: Option<String>,
}

/// The header `Date` of the latest answer.
#[derive(Debug, Clone, Default)]
struct Dates(Arc<Mutex<Option<String>>>);

#[dyn_dispatch_hint]
impl Intercept for Dates {
    fn name(&self) -> &'static str {
        "Dates"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").map(str::to_owned);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
        Ok(())
    }
}

/// Checks the table. Returns the stored secret of the OpenID provider.
pub async fn check(report: &mut Report, table: &Table) -> Secret {
    let Some(client) = client(report, table).await else { return Secret::NotLookedUp };
    let dates = Dates::default();
    let described = client.describe_table().table_name(&table.name).customize().interceptor(dates.clone()).send().await;
    let date = dates.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    match described.map(|answer| answer.table) {
        Ok(Some(found)) => check_description(report, &found),
        Ok(None) => report.cannot_tell("table", "DynamoDB does not describe the table.", ""),
        Err(error) => {
            let (why, next) = explain(&error);
            report.wrong("table", why, next);
            check_clock(report, "AWS", date.as_deref());
            return Secret::NotLookedUp;
        }
    }
    check_expiry(report, &client, &table.name).await;
    check_backups(report, &client, &table.name).await;
    check_clock(report, "AWS", date.as_deref());
    check_secret(report, Store::new(client, &table.name)).await
}

/// Makes a client, and checks the region and the credentials. `None` if the client cannot work.
async fn client(report: &mut Report, table: &Table) -> Option<Client> {
    if let Some(endpoint) = &table.endpoint {
        return Some(connect(local::at(endpoint.clone(), aws_credentials())));
    }
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_secs(15)).build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts);
    if let Some(region) = &table.region {
        loader = loader.region(Region::new(region.clone()));
    }
    let config = loader.load().await;
    let Some(region) = config.region() else {
        let next = "add --region, set AWS_REGION, or run `aws configure`.";
        report.wrong("region", "no region is set, so the command does not know where the table is.", next);
        return None;
    };
    report.ok("region", format!("the command looks for the table in {region}."));
    has_credentials(report, &config).await.then(|| Client::new(&config))
}

async fn has_credentials(report: &mut Report, config: &SdkConfig) -> bool {
    let next = "run `aws configure` or `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. If you use \
                profiles, set AWS_PROFILE.";
    let Some(provider) = config.credentials_provider() else {
        report.wrong("credentials", "there are no AWS credentials on this machine.", next);
        return false;
    };
    match provider.provide_credentials().await {
        Ok(_) => {
            report.ok("credentials", "there are AWS credentials on this machine.");
            true
        }
        Err(CredentialsError::CredentialsNotLoaded(_)) => {
            report.wrong("credentials", "there are no AWS credentials on this machine.", next);
            false
        }
        Err(error) => {
            let why = with_causes(&error);
            report.wrong("credentials", format!("there are no usable AWS credentials on this machine ({why})."), next);
            false
        }
    }
}

fn check_description(report: &mut Report, found: &TableDescription) {
    let name = found.table_name().unwrap_or_default();
    match found.table_status() {
        Some(TableStatus::Active) => report.ok("table", format!("the table {name} is ready (ACTIVE).")),
        Some(status @ (TableStatus::Creating | TableStatus::Updating)) => {
            report.cannot_tell(
                "table",
                format!("AWS is still working on the table {name} ({status})."),
                "wait some minutes.",
            );
        }
        status => report.wrong(
            "table",
            format!("the table {name} is not ready ({}).", status.map_or("no status", TableStatus::as_str)),
            "look at the table in the console of AWS. If the table was deleted, restore the table from a backup.",
        ),
    }
    match local::differences(found) {
        Ok(differences) if differences.is_empty() => {
            report.ok("keys and index", "the keys and the index are those of infra/template.yaml.");
        }
        Ok(differences) => report.wrong(
            "keys and index",
            format!("{}.", differences.join("; ")),
            "check the name of the table. Keys and indexes of a table cannot be changed: make a new table with \
             infra/template.yaml.",
        ),
        Err(error) => report.cannot_tell("keys and index", error.to_string(), ""),
    }
    if found.deletion_protection_enabled() == Some(true) {
        report.ok("deletion protection", "nobody can delete the table by mistake.");
    } else {
        report.wrong(
            "deletion protection",
            "the table can be deleted by mistake.",
            format!(
                "deploy with DeletionProtection=on, or run `aws dynamodb update-table --table-name {name} \
                 --deletion-protection-enabled`."
            ),
        );
    }
}

/// Checks that DynamoDB removes expired items.
async fn check_expiry(report: &mut Report, client: &Client, table: &str) {
    let attribute = match local::expiry_attribute() {
        Ok(attribute) => attribute,
        Err(error) => return report.cannot_tell("expiry", error.to_string(), ""),
    };
    let next = format!(
        "run `aws dynamodb update-time-to-live --table-name {table} --time-to-live-specification \
         Enabled=true,AttributeName={attribute}`."
    );
    let answer = match client.describe_time_to_live().table_name(table).send().await {
        Ok(answer) => answer.time_to_live_description,
        Err(error) => return report.cannot_tell("expiry", explain(&error).0, ""),
    };
    let on = answer
        .as_ref()
        .and_then(|ttl| ttl.time_to_live_status())
        .is_some_and(|status| matches!(status, TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));
    let named = answer.as_ref().and_then(|ttl| ttl.attribute_name());
    if !on {
        report.wrong("expiry", "DynamoDB does not remove expired items, so the table grows for ever.", next);
    } else if named != Some(&attribute) {
        let named = named.unwrap_or("none");
        report.wrong("expiry", format!("items expire by the attribute {named}, and not by {attribute}."), next);
    } else {
        report.ok("expiry", format!("DynamoDB removes expired items (TTL on {attribute})."));
    }
}

/// Checks that point-in-time recovery is on.
async fn check_backups(report: &mut Report, client: &Client, table: &str) {
    let answer = match client.describe_continuous_backups().table_name(table).send().await {
        Ok(answer) => answer.continuous_backups_description,
        Err(error) => return report.cannot_tell("backups", explain(&error).0, ""),
    };
    let recovery = answer.and_then(|backups| backups.point_in_time_recovery_description);
    if recovery.and_then(|recovery| recovery.point_in_time_recovery_status) == Some(PointInTimeRecoveryStatus::Enabled)
    {
        report.ok("backups", "the data of each second of the last days can be restored (point-in-time recovery).");
    } else {
        report.wrong(
            "backups",
            "point-in-time recovery is off, so lost data cannot be restored.",
            format!(
                "run `aws dynamodb update-continuous-backups --table-name {table} \
                 --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`."
            ),
        );
    }
}

/// Reads the stored secret. This call also shows that the credentials may read items.
async fn check_secret(report: &mut Report, store: Store) -> Secret {
    match store.provider_secret(&Usage::default()).await {
        Ok(Some(secret)) => {
            report.ok("items", "these credentials can read items. A secret of the OpenID provider is stored.");
            Secret::Stored(secret)
        }
        Ok(None) => {
            report.ok("items", "these credentials can read items. No secret of an OpenID provider is stored.");
            Secret::NotStored
        }
        Err(fault) => {
            report.wrong(
                "items",
                format!("these credentials cannot read items of the table ({fault})."),
                "use credentials that may call dynamodb:GetItem and dynamodb:Query on the table.",
            );
            Secret::NotLookedUp
        }
    }
}

/// Why a call failed, and what to do.
fn explain<E: ProvideErrorMetadata + std::error::Error + 'static>(error: &SdkError<E>) -> (String, &'static str) {
    let message = error.message().unwrap_or_default();
    let (why, next) = match error.code() {
        Some("ResourceNotFoundException") => (
            "there is no such table in this region and this AWS account",
            "the output TableName of the stack contains the name. If the table is in another region, add --region. If \
             the table is in another account, set AWS_PROFILE.",
        ),
        Some("AccessDeniedException") => (
            "these credentials must not do this",
            "use the credentials of the operator, or allow the action that the message names.",
        ),
        Some("ExpiredTokenException" | "ExpiredToken") => (
            "the AWS credentials have expired",
            "run `aws sso login`, or get new credentials in the way in which you got these credentials.",
        ),
        Some("UnrecognizedClientException" | "UnrecognisedClientException" | "InvalidClientTokenId") => (
            "AWS does not know the access key",
            "check AWS_ACCESS_KEY_ID, or run `aws configure` again. Somebody may have deleted the access key.",
        ),
        Some("InvalidSignatureException" | "SignatureDoesNotMatch" | "RequestExpired") => (
            "AWS refuses the signature",
            "check AWS_SECRET_ACCESS_KEY, and the clock of this machine. AWS refuses calls if the clock is more than 5 \
             minutes wrong.",
        ),
        Some("MissingAuthenticationTokenException") => {
            ("the call contained no credentials", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
        }
        Some("UnknownOperationException") => ("this DynamoDB server is an emulator that cannot tell", ""),
        Some(code) => return (format!("DynamoDB answers {code} ({message})."), "try again later."),
        None => {
            let why = with_causes(error);
            let next =
                "check the spelling of the region or of the address, and the network connection of this machine.";
            return (format!("DynamoDB does not answer ({why})."), next);
        }
    };
    (format!("{why} ({message})."), next)
}
