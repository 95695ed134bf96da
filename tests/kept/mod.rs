//! Writes the logs of tested servers into the folder that the variable `KEPT_LOGS` names. If `KEPT_LOGS` is not set,
//! the tests keep no logs.

use std::fs::{File, OpenOptions};
use std::path::Path;

/// Opens the file with this name in the folder `KEPT_LOGS`, to append text. Returns `None` if `KEPT_LOGS` is not set.
#[expect(clippy::disallowed_methods, reason = "a setting of the test run, not of the program")]
pub fn file(name: &str) -> Option<File> {
    let folder = std::env::var_os("KEPT_LOGS")?;
    let file = OpenOptions::new().create(true).append(true).open(Path::new(&folder).join(name));
    Some(file.expect("KEPT_LOGS names a folder that can be written to"))
}
