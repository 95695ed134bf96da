//! Leaves the unwind tables out of the release build of the Lambda function. A panic aborts a release build
//! (`panic = "abort"`), so nothing reads these tables. A compiler flag could leave out only some of these tables, and
//! would also change the builds for the tests, which need the tables (docs/adr/0005-lean-lambda.md).

use std::{env, fs, io::Result, path::PathBuf};

/// A linker script that adds one rule to the rules of the linker. GNU ld and LLD understand this rule.
const SCRIPT: &str = "SECTIONS { /DISCARD/ : { *(.eh_frame .eh_frame_hdr .gcc_except_table*) } } INSERT AFTER .text;\n";

#[expect(clippy::disallowed_methods, reason = "Cargo describes the build in environment variables")]
fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    if !is("PROFILE", "release") || !is("CARGO_CFG_TARGET_OS", "linux") {
        return Ok(());
    }
    let script = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("no_unwind_tables.ld");
    fs::write(&script, SCRIPT)?;
    println!("cargo::rustc-link-arg-bin=todo-action=-Wl,--script={}", script.display());
    Ok(())
}
