//! What servers under test log is gone with the test, unless `KEPT_LOGS` names a folder where it is kept.

use std::fs::{File, OpenOptions};
use std::path::Path;

/// The file of this name there, to append to, if logs are kept.
#[expect(clippy::disallowed_methods, reason = "a setting of the test run, not of the program")]
pub fn file(name: &str) -> Option<File> {
    let folder = std::env::var_os("KEPT_LOGS")?;
    let file = OpenOptions::new().create(true).append(true).open(Path::new(&folder).join(name));
    Some(file.expect("KEPT_LOGS names a folder that can be written to"))
}
