//! `todo doctor` says in plain words what is wrong with a data file, with a table, or with a running service.

mod credentials;
mod file;
mod permissions;
mod provider;
mod redirect;
mod refusals;
mod service;
mod sign_in;
mod table;
mod web;

use std::path::PathBuf;

use clap::Args;
use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use todo_action::{
    app::Clock,
    config::{base_url, client_secret},
    domain::provider::ProviderSecret,
    local,
};

use super::Failure;

#[derive(Args)]
pub struct Doctor {
    /// Data file of `todo serve`. Without --data, --table and --url, the command checks the default data file.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Name of the table on AWS. The output TableName of the stack contains this name. The command uses the credentials
    /// and the region of the AWS CLI.
    #[arg(long, conflicts_with = "data")]
    table: Option<String>,
    /// Region of the table, if this region differs from the region of the AWS CLI.
    #[arg(long, requires = "table")]
    region: Option<String>,
    /// Address of a DynamoDB server with the table, instead of AWS. The credentials come from AWS_ACCESS_KEY_ID and
    /// AWS_SECRET_ACCESS_KEY.
    #[arg(long, value_name = "URL", requires = "table", conflicts_with = "region")]
    dynamodb: Option<String>,
    /// Address of a running service, such as `https://todo.example.com`.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Issuer of the OpenID provider where people sign in (OAUTH_ISSUER). This option needs --url, because the
    /// command reads the client id from the service. With this option, the command also asks the provider whether it
    /// knows the service. With --table or --data, the command tests the stored secret. If OAUTH_CLIENT_SECRET is set,
    /// the command tests that secret instead.
    #[arg(long, value_name = "URL", requires = "url")]
    issuer: Option<String>,
}

/// What the checks of the data file or of the table know about the secret of the OpenID provider.
pub enum Secret {
    /// The caller named neither a table nor a data file.
    NotAskedFor,
    /// The command could not read the table or the data file.
    Unreadable,
    NotStored,
    Stored(ProviderSecret),
    /// The secret is in the variable `OAUTH_CLIENT_SECRET` of this command.
    FromEnvironment(ProviderSecret),
}

/// The results of all checks. Each check prints one line.
#[derive(Default)]
pub struct Report {
    checks: usize,
    wrong: usize,
    unclear: usize,
}

impl Report {
    /// Nothing is wrong.
    pub fn ok(&mut self, check: &str, found: impl AsRef<str>) {
        self.line("ok", check, found.as_ref(), "");
    }

    /// Something is wrong. `next` says what to do.
    pub fn wrong(&mut self, check: &str, found: impl AsRef<str>, next: impl AsRef<str>) {
        self.wrong += 1;
        self.line("wrong", check, found.as_ref(), next.as_ref());
    }

    /// The check could not find out whether something is wrong. `next` says what to do, or is empty.
    pub fn cannot_tell(&mut self, check: &str, why: impl AsRef<str>, next: impl AsRef<str>) {
        self.unclear += 1;
        self.line("cannot tell", check, why.as_ref(), next.as_ref());
    }

    fn line(&mut self, result: &str, check: &str, found: &str, next: &str) {
        self.checks += 1;
        let next = if next.is_empty() { String::new() } else { format!(" What to do: {next}") };
        // The texts of other programs may contain line breaks.
        let text = format!("{check}: {found}{next}").split_whitespace().collect::<Vec<_>>().join(" ");
        println!("{result:12} {text}");
    }

    /// Prints the last line. Returns an error if something is wrong.
    fn end(self) -> Result<(), Failure> {
        let count = |number: usize| if number == 1 { "1 check".to_owned() } else { format!("{number} checks") };
        let (checks, wrong) = (count(self.checks), self.wrong);
        let unclear = count(self.unclear);
        if wrong > 0 {
            let unclear = if self.unclear == 0 { String::new() } else { format!(" {unclear} could not tell.") };
            return Err(format!(
                "{wrong} of {checks} found something wrong. Each line above says what to do.{unclear}"
            )
            .into());
        }
        if self.unclear == 0 {
            println!("Nothing is wrong ({checks}).");
        } else {
            println!("No check found something wrong, but {} of {checks} could not tell.", self.unclear);
        }
        Ok(())
    }
}

#[tokio::main]
pub async fn run(arguments: Doctor) -> Result<(), Failure> {
    let url = arguments.url.map(|url| base_url("--url", &url)).transpose()?;
    let endpoint = arguments.dynamodb.map(table::endpoint).transpose()?;
    let (mut report, mut secret, now) = (Report::default(), Secret::NotAskedFor, Clock::system().now());
    let calls_aws = arguments.table.is_some() && endpoint.is_none();
    let addresses = [url.as_deref(), endpoint.as_deref(), arguments.issuer.as_deref()];
    if calls_aws || addresses.iter().flatten().any(|address| address.starts_with("https://")) {
        web::check_certificates(&mut report);
    }
    let mut place = None;
    if let Some(name) = arguments.table {
        place = Some(format!("the table {name}"));
        secret = table::check(&mut report, &table::Table { name, region: arguments.region, endpoint }).await;
    } else if arguments.data.is_some() || url.is_none() {
        let data = arguments.data.map_or_else(local::default_file, Ok)?;
        place = Some(format!("the file {}", data.display()));
        secret = file::check(&mut report, &data, now);
    }
    if let Some(url) = url {
        // The command assumes that its OAUTH_CLIENT_SECRET is the one of the service, which replaces the stored secret.
        secret = client_secret().map_or(secret, Secret::FromEnvironment);
        service::check(&mut report, &url, arguments.issuer.as_deref(), &secret, place.as_deref()).await;
    }
    report.end()
}

/// If two clocks differ by more than this time, sign-ins fail.
const CLOCKS: SignedDuration = SignedDuration::from_secs(60);
/// The name of the check that compares the latest change with the clock.
const LATEST_CHANGE: &str = "latest change";

/// Compares the clock of a server with the clock of this machine. `whose` names the server. `date` is the header `Date`
/// of an answer that has just arrived. Without this header, the function reports nothing.
fn check_clock(report: &mut Report, check: &str, whose: &str, date: Option<&str>) {
    let now = Clock::system().now();
    // Without a date, there is nothing to compare.
    let Some(there) = date.and_then(|date| rfc2822::parse(date).ok()).map(|there| there.timestamp()) else { return };
    let ahead = there.duration_since(now);
    if ahead.abs() <= CLOCKS {
        report.ok(check, format!("the clocks of {whose} and of this machine agree."));
        return;
    }
    let which = if ahead.is_positive() { "ahead of" } else { "behind" };
    let by = ahead.abs().as_secs();
    report.wrong(
        check,
        format!(
            "the clock of {whose} is {by} seconds {which} the clock of this machine. With a wrong clock, people cannot \
             sign in, AWS refuses calls (after 5 minutes), and words such as \"today\" mean another day."
        ),
        "find out which of the two clocks is wrong, and let the operating system of that machine set its clock (NTP).",
    );
}

/// Checks that a change was not made in the future.
fn check_latest_change(report: &mut Report, latest: Option<Timestamp>, now: Timestamp) {
    match latest {
        Some(latest) if latest.duration_since(now) > CLOCKS => report.wrong(
            LATEST_CHANGE,
            format!(
                "the latest change is from {}, but the clock of this machine shows {}. So the clock was ahead when the \
                 change was made, or the clock is behind now.",
                latest.strftime("%Y-%m-%d %H:%M UTC"),
                now.strftime("%Y-%m-%d %H:%M UTC")
            ),
            "let the operating system set the clock (NTP). The todos are safe.",
        ),
        Some(latest) => {
            report.ok(LATEST_CHANGE, format!("the latest change is from {}.", latest.strftime("%Y-%m-%d %H:%M UTC")));
        }
        None => report.cannot_tell(LATEST_CHANGE, "there is no change yet whose time could be compared.", ""),
    }
}
