//! Keeps the logs of servers under test in the folder that `KEPT_LOGS` names. Without `KEPT_LOGS` the logs are lost.

use std::fs::{File, OpenOptions};
use std::path::Path;

/// The file with this name in that folder, opened to append. `None` without `KEPT_LOGS`.
#[expect(clippy::disallowed_methods, reason = "a setting of the test run, not of the program")]
pub fn file(name: &str) -> Option<File> {
    let folder = std::env::var_os("KEPT_LOGS")?;
    let file = OpenOptions::new().create(true).append(true).open(Path::new(&folder).join(name));
    Some(file.expect("KEPT_LOGS names a folder that can be written to"))
}
