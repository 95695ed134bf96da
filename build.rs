//! Compresses the files of web/dist, so that the function serves them without any work. Writes a table of these files,
//! which `src/api/pages/files.rs` includes. The sources of the files are in web/src, and `npm run build` in web/ writes
//! web/dist, which is checked in. So a build of the program needs no Node.js.

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
/// The table does not contain these files. The server fills the placeholders of the page, and the card is a resource of
/// MCP.
const OTHERS: [&str; 2] = ["index.html", "card.html"];

#[expect(clippy::disallowed_methods, reason = "Cargo names the output folder of a build script in this variable")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={DIST}");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(DIST);
    let mut paths = files(&root)?;
    paths.sort();
    let mut table = String::from("&[\n");
    for path in &paths {
        let name = path.strip_prefix(&root)?.to_str().ok_or("a file name is not UTF-8")?;
        if OTHERS.contains(&name) {
            continue;
        }
        let content = fs::read(path)?;
        let compressed = out.join(format!("{}.gz", name.replace('/', "_")));
        // Without a name and a time, the same content is always the same bytes.
        let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
        encoder.write_all(&content)?;
        fs::write(&compressed, encoder.finish()?)?;
        let tag = hex::encode(&Sha256::digest(&content)[..8]);
        writeln!(
            table,
            "File {{ path: {:?}, media_type: {:?}, tag: {:?}, gzip: include_bytes!({:?}) }},",
            format!("/{name}"),
            media_type(name)?,
            format!("\"{tag}\""),
            compressed
        )?;
    }
    table.push(']');
    fs::write(out.join("files.rs"), table)?;
    Ok(())
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
