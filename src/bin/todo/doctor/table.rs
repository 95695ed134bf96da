//! Checks a DynamoDB table.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::{
    Client,
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeDeserializationInterceptorContextRef},
    error::BoxError,
    types::{PointInTimeRecoveryStatus, TableDescription, TableStatus, TimeToLiveStatus},
};
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use todo_action::{
    config::aws_credentials,
    local,
    store::{Store, Usage, connect},
};
use url::Url;

use super::{
    Report, Secret, check_clock, credentials,
    refusals::{explain, not_dynamodb},
};
use crate::{Failure, place::quoted};

/// The name of a table, and where the table is.
pub struct Table {
    pub name: String,
    pub region: Option<String>,
    /// The address of a DynamoDB server, instead of AWS.
    pub endpoint: Option<String>,
}

impl Table {
    /// Whether the table is on AWS.
    fn is_aws(&self) -> bool {
        self.endpoint.is_none()
    }

    fn check_clock(&self, report: &mut Report, date: Option<&str>) {
        match &self.endpoint {
            Some(endpoint) => check_clock(report, "clock of DynamoDB", &format!("the DynamoDB at {endpoint}"), date),
            None => check_clock(report, "clock of AWS", "AWS", date),
        }
    }

    /// A command of the AWS CLI for this table, in quotation marks.
    fn command(&self, operation: &str, options: &str) -> String {
        let option = |name: &str, value: Option<&String>| {
            value.map(|value| format!(" --{name} {}", quoted(value))).unwrap_or_default()
        };
        let place = [option("region", self.region.as_ref()), option("endpoint-url", self.endpoint.as_ref())].concat();
        format!("`aws dynamodb {operation} --table-name {}{place} {options}`", quoted(&self.name))
    }
}

/// Reads the address of a DynamoDB server.
pub fn endpoint(text: String) -> Result<String, Failure> {
    let is_address =
        Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
    if !is_address {
        let must = "--dynamodb must be an absolute address such as http://127.0.0.1:8000";
        return Err(format!("{must}, not \"{text}\"").into());
    }
    Ok(text)
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
    let client = match &table.endpoint {
        Some(endpoint) => Some(connect(local::at(endpoint.clone(), aws_credentials()))),
        None => credentials::client(report, table.region.as_deref()).await,
    };
    let Some(client) = client else { return Secret::Unreadable };
    let dates = Dates::default();
    let described = client.describe_table().table_name(&table.name).customize().interceptor(dates.clone()).send().await;
    let date = dates.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    let has_keys = match described.map(|answer| answer.table) {
        Ok(Some(found)) => check_description(report, table, &found),
        Ok(None) => {
            let (why, next) = not_dynamodb(200, table.is_aws());
            report.wrong("table", why, next);
            return Secret::Unreadable;
        }
        Err(error) => {
            let (why, next) = explain(&error, table.is_aws());
            report.wrong("table", why, next);
            table.check_clock(report, date.as_deref());
            return Secret::Unreadable;
        }
    };
    if has_keys {
        check_expiry(report, &client, table).await;
        check_backups(report, &client, table).await;
    } else {
        // The table may belong to another program. If the operator followed the advice of these checks, that program
        // could lose its data.
        let found =
            "the keys or the index are wrong, so the table may belong to another program. See `keys and index`.";
        report.cannot_tell("expiry, backups and protection", found, "");
    }
    table.check_clock(report, date.as_deref());
    check_secret(report, Store::new(client, &table.name), has_keys).await
}

/// Checks what DynamoDB says about the table. `false` if the keys or the index are wrong.
fn check_description(report: &mut Report, table: &Table, found: &TableDescription) -> bool {
    let name = &table.name;
    match found.table_status() {
        Some(TableStatus::Active) => report.ok("table", format!("the table {name} is ready (ACTIVE).")),
        Some(status @ (TableStatus::Creating | TableStatus::Updating)) => {
            report.cannot_tell(
                "table",
                format!("DynamoDB is still working on the table {name} ({status})."),
                "wait some minutes.",
            );
        }
        status => report.wrong(
            "table",
            format!("the table {name} is not ready ({}).", status.map_or("no status", TableStatus::as_str)),
            format!(
                "look at the table with {}. If the table was deleted, restore the table from a backup.",
                table.command("describe-table", "").replace(" `", "`")
            ),
        ),
    }
    if !check_keys(report, found) {
        return false;
    }
    let next = format!(
        "deploy with DeletionProtection=on, or run {}.",
        table.command("update-table", "--deletion-protection-enabled")
    );
    match (found.deletion_protection_enabled(), &table.endpoint) {
        (Some(true), _) => report.ok("deletion protection", "nobody can delete the table by mistake."),
        (_, None) => report.wrong("deletion protection", "the table can be deleted by mistake.", next),
        (_, Some(_)) => report.cannot_tell(
            "deletion protection",
            "deletion protection is off, or this DynamoDB does not support deletion protection.",
            "",
        ),
    }
    true
}

fn check_keys(report: &mut Report, found: &TableDescription) -> bool {
    match local::differences(found) {
        Ok(differences) if differences.is_empty() => {
            report.ok("keys and index", "the keys and the index are those of infra/template.yaml.");
            return true;
        }
        Ok(differences) => report.wrong(
            "keys and index",
            format!("{}.", differences.join("; ")),
            "check the name of the table. Keys and indexes of a table cannot be changed: make a new table with \
             infra/template.yaml.",
        ),
        Err(error) => report.cannot_tell("keys and index", error.to_string(), ""),
    }
    false
}

/// Checks that DynamoDB removes expired items.
async fn check_expiry(report: &mut Report, client: &Client, table: &Table) {
    let attribute = match local::expiry_attribute() {
        Ok(attribute) => attribute,
        Err(error) => return report.cannot_tell("expiry", error.to_string(), ""),
    };
    let set = |on: bool, attribute: &str| {
        let options = format!("--time-to-live-specification Enabled={on},AttributeName={}", quoted(attribute));
        table.command("update-time-to-live", &options)
    };
    let answer = match client.describe_time_to_live().table_name(&table.name).send().await {
        Ok(answer) => answer.time_to_live_description,
        Err(error) => {
            let (why, next) = explain(&error, table.is_aws());
            return report.cannot_tell("expiry", why, next);
        }
    };
    let on = answer
        .as_ref()
        .and_then(|ttl| ttl.time_to_live_status())
        .is_some_and(|status| matches!(status, TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));
    let named = answer.as_ref().and_then(|ttl| ttl.attribute_name()).unwrap_or_default();
    if !on {
        let next = format!("run {}.", set(true, &attribute));
        report.wrong("expiry", "DynamoDB does not remove expired items, so the table grows for ever.", next);
    } else if named != attribute {
        let next = format!(
            "run {}, wait for one hour, because AWS refuses a second change within one hour, and run {}.",
            set(false, named),
            set(true, &attribute)
        );
        report.wrong("expiry", format!("items expire by the attribute {named}, and not by {attribute}."), next);
    } else {
        report.ok("expiry", format!("DynamoDB removes expired items (TTL on {attribute})."));
    }
}

/// Checks that point-in-time recovery is on.
async fn check_backups(report: &mut Report, client: &Client, table: &Table) {
    let answer = match client.describe_continuous_backups().table_name(&table.name).send().await {
        Ok(answer) => answer.continuous_backups_description,
        Err(error) => {
            let (why, next) = explain(&error, table.is_aws());
            return report.cannot_tell("backups", why, next);
        }
    };
    let recovery = answer.and_then(|backups| backups.point_in_time_recovery_description);
    let status = recovery.and_then(|recovery| recovery.point_in_time_recovery_status);
    if status == Some(PointInTimeRecoveryStatus::Enabled) {
        report.ok("backups", "the data of each second of the last days can be restored (point-in-time recovery).");
    } else if table.endpoint.is_some() {
        let found = "this DynamoDB makes no backups itself (point-in-time recovery), but there may be other backups.";
        report.cannot_tell("backups", found, "");
    } else {
        let option = "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true";
        report.wrong(
            "backups",
            "point-in-time recovery is off, so lost data cannot be restored.",
            format!("run {}.", table.command("update-continuous-backups", option)),
        );
    }
}

/// Reads the stored secret. This call also shows that the credentials may read items.
async fn check_secret(report: &mut Report, store: Store, has_keys: bool) -> Secret {
    match store.provider_secret(&Usage::default()).await {
        Ok(Some(secret)) => {
            report.ok("items", "these credentials can read items. A secret of the OpenID provider is stored.");
            Secret::Stored(secret)
        }
        Ok(None) => {
            report.ok("items", "these credentials can read items. No secret of an OpenID provider is stored.");
            Secret::NotStored
        }
        Err(_) if !has_keys => {
            let found = "nobody can read the items, because the table has other keys. See `keys and index`.";
            report.cannot_tell("items", found, "");
            Secret::Unreadable
        }
        Err(fault) => {
            let why = fault.to_string();
            // DynamoDB decrypts the items with the rights of the caller. AWS names only the missing right.
            let next = if why.contains("kms:") {
                "allow kms:Decrypt for these credentials on the KMS key of the table. The function needs this right \
                 too. If the key is disabled or deleted, enable or restore the key."
            } else {
                "use credentials that may call dynamodb:GetItem and dynamodb:Query on the table."
            };
            report.wrong("items", format!("these credentials cannot read items of the table ({why})."), next);
            Secret::Unreadable
        }
    }
}
