//! The place of the data that an operator manages: the table of a deployment, or a data file on this machine.

use std::path::{Path, PathBuf};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::Client;
use clap::Args;
use todo_action::{
    app::Clock,
    local,
    store::{Store, connect},
};

use super::{Failure, TABLE};

/// The place of the keys, the clients and the people: a table on AWS, or a data file.
#[derive(Args)]
pub struct Place {
    /// Name of the table on AWS. The output TableName of the stack contains this name. The command uses the credentials
    /// and the region of the AWS CLI.
    #[arg(long, global = true)]
    table: Option<String>,
    /// Region of the table, if this region differs from the region of the AWS CLI.
    #[arg(long, global = true, requires = "table")]
    region: Option<String>,
    /// Data file of `todo serve`. If neither --table nor --data is set, the command uses the default data file.
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "table")]
    data: Option<PathBuf>,
}

impl Place {
    /// The options with which another command uses this place. A space precedes each option.
    pub fn options(&self) -> String {
        let option = |name: &str, value: Option<&str>| value.map(|value| format!(" {name} {}", quoted(value)));
        let data = self.data.as_deref().map(Path::to_string_lossy);
        [
            option("--table", self.table.as_deref()),
            option("--region", self.region.as_deref()),
            option("--data", data.as_deref()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The table or the data file, as a text for people.
    pub fn shown(&self) -> Result<String, Failure> {
        if let Some(table) = &self.table {
            return Ok(format!("the table {table}"));
        }
        Ok(self.file()?.map_or_else(String::new, |data| format!("the data file {}", data.display())))
    }

    /// The data file. `None` if the place is a table on AWS.
    pub fn file(&self) -> Result<Option<PathBuf>, Failure> {
        if self.table.is_some() {
            return Ok(None);
        }
        Ok(Some(self.data.clone().map_or_else(local::default_file, Ok)?))
    }

    /// Opens the table or the data file. If there is no such data file, this function returns an error, and does not
    /// create the file.
    pub async fn existing_store(self) -> Result<Store, Failure> {
        if let Some(file) = self.file()?.filter(|file| !file.exists()) {
            return Err(format!("there is no data file {}; --data names another file", file.display()).into());
        }
        self.store().await
    }

    /// Opens the table or the data file.
    pub async fn store(self) -> Result<Store, Failure> {
        if let Some(table) = self.table {
            let mut loader = aws_config::defaults(BehaviorVersion::latest());
            if let Some(region) = self.region {
                loader = loader.region(Region::new(region));
            }
            return Ok(Store::new(Client::new(&loader.load().await), &table));
        }
        let data = self.data.map_or_else(local::default_file, Ok)?;
        let client = connect(local::in_process(local::open(Some(&data), Clock::system().now())?));
        local::create_table(&client, TABLE).await?;
        Ok(Store::new(client, TABLE))
    }
}

/// Writes a value for a shell command. A value with unusual characters gets quotation marks.
pub fn quoted(value: &str) -> String {
    let usual = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@%+=,".contains(letter);
    if !value.is_empty() && value.chars().all(usual) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', r"'\''"))
    }
}
