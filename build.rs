//! Compresses the files of web/dist, so that the function need not compress them. Writes a table of these files, which
//! `src/api/pages/files.rs` includes. The sources of the files are in web/src, and `npm run build` in web/ writes
//! web/dist, which is checked in. So a build of the program needs no Node.js.
//!
//! Also leaves the unwind tables out of the release build of the Lambda function. A panic aborts a release build
//! (`panic = "abort"`), so nothing reads these tables. A compiler flag could leave out only some of these tables, and
//! would also change the builds for the tests, which need the tables (docs/adr/0005-lean-lambda.md).

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

const DIST: &str = "web/dist";
/// The table does not contain these two files: the server first fills the placeholders of the page, and the card is a
/// resource of MCP.
const OTHERS: [&str; 2] = ["index.html", "card.html"];

/// A linker script that adds one rule to the rules of the linker. GNU ld and LLD understand this rule.
const SCRIPT: &str = "SECTIONS { /DISCARD/ : { *(.eh_frame .eh_frame_hdr .gcc_except_table*) } } INSERT AFTER .text;\n";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(variable("OUT_DIR").ok_or("Cargo names no folder for the output")?);
    write_files(&out)?;
    if variable("PROFILE").as_deref() == Some("release") && variable("CARGO_CFG_TARGET_OS").as_deref() == Some("linux")
    {
        let script = out.join("no_unwind_tables.ld");
        fs::write(&script, SCRIPT)?;
        println!("cargo::rustc-link-arg-bin=todo-action=-Wl,--script={}", script.display());
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "Cargo talks to a build script through variables")]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// Writes the compressed files, and the table of these files.
fn write_files(out: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={DIST}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(DIST);
    let mut paths = files(&root)?;
    paths.sort();
    let mut table = String::from("&[\n");
    for path in &paths {
        let name = name_below(&root, path)?;
        if OTHERS.contains(&name.as_str()) {
            continue;
        }
        let content = fs::read(path)?;
        let compressed = out.join(format!("{}.gz", name.replace('/', "_")));
        // The gzip header has no file name and no time, so the same content always gives the same bytes.
        let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
        encoder.write_all(&content)?;
        fs::write(&compressed, encoder.finish()?)?;
        let tag = hex::encode(&Sha256::digest(&content)[..8]);
        writeln!(
            table,
            "File {{ path: {:?}, media_type: {:?}, tag: {:?}, gzip: include_bytes!({:?}) }},",
            format!("/{name}"),
            media_type(&name)?,
            format!("\"{tag}\""),
            compressed
        )?;
    }
    table.push(']');
    fs::write(out.join("files.rs"), table)?;
    Ok(())
}

/// The path in the folder, with a slash between its parts on every system.
fn name_below(root: &Path, path: &Path) -> Result<String, Box<dyn Error>> {
    let parts = path.strip_prefix(root)?.iter().map(|part| part.to_str().ok_or("a file name is not UTF-8"));
    Ok(parts.collect::<Result<Vec<_>, _>>()?.join("/"))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    Ok(found)
}

fn media_type(name: &str) -> Result<&'static str, String> {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => Ok("text/css; charset=utf-8"),
        "html" => Ok("text/html; charset=utf-8"),
        "js" => Ok("text/javascript; charset=utf-8"),
        "png" => Ok("image/png"),
        "svg" => Ok("image/svg+xml"),
        "webmanifest" => Ok("application/manifest+json"),
        _ => Err(format!("web/dist/{name} has no known media type")),
    }
}
