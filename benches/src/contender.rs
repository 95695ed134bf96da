//! The benchmark measures several Lambda functions, which the code calls contenders. One contender is our own function.
//! The other contenders are the peers, which are typical functions of other developers.

use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{Result, dynamodb::DynamoDb, runtime_api::Program, tls::Tls};

/// A Lambda function, and the files that a deployment of this function contains.
pub struct Contender {
    pub name: &'static str,
    pub language: Language,
    command: Vec<String>,
    /// The files that a deployment contains: one executable, or all files of some folders.
    package: Vec<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Our own function, which has idempotency, history and undo. The other measured functions can only add, read, list
    /// and delete todos.
    Ours,
    Rust,
    /// The smallest Rust function. The cost of `Floor` is the lowest cost that a Rust
    /// function for todos can have. `Floor` is the only measured function without TLS.
    Floor,
    Node,
    Python,
}

impl Contender {
    pub fn ours(executable: &Path) -> Self {
        Self::executable("todo-action", Language::Ours, executable.to_owned())
    }

    /// Returns the other functions, which the benchmark compares with our function. The script benches/peers/build has
    /// built these functions below `target`.
    pub fn peers(target: &Path) -> Result<Vec<Self>> {
        let rust = |name: &str| target.join(format!("peers/{name}/release/{name}"));
        let python = target.join("peers/python");
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let contenders = vec![
            Self::executable("Rust, usual shape", Language::Rust, rust("usual")),
            Self::executable("Rust, std only (floor)", Language::Floor, rust("floor")),
            Self {
                name: "Node.js, Hono",
                language: Language::Node,
                command: vec!["node".to_owned(), text(target.join("peers/node/runtime.mjs"))],
                package: vec![target.join("peers/node/dist")],
            },
            Self {
                name: "Python, Powertools",
                language: Language::Python,
                command: [
                    text(python.join("runtime/bin/python")),
                    "-m".into(),
                    "awslambdaric".into(),
                    "app.handler".into(),
                ]
                .to_vec(),
                package: vec![python.join("package")],
            },
        ];
        for part in contenders.iter().flat_map(|contender| &contender.package) {
            if !part.exists() {
                return Err(format!("{} is not there: run benches/peers/build", part.display()).into());
            }
        }
        Ok(contenders)
    }

    fn executable(name: &'static str, language: Language, executable: PathBuf) -> Self {
        Self { name, language, command: vec![executable.to_string_lossy().into_owned()], package: vec![executable] }
    }

    /// Returns the command and the environment for a process of this function. The process uses `dynamodb` as its
    /// database.
    pub fn program(&self, dynamodb: &DynamoDb, tls: &Tls, owner: &str) -> Program {
        let plain = format!("http://{}", dynamodb.address);
        let endpoint = if self.language == Language::Floor { plain } else { tls.endpoint.clone() };
        let mut environment = vec![("AWS_ENDPOINT_URL_DYNAMODB", endpoint)];
        let roots = tls.roots.to_string_lossy().into_owned();
        match self.language {
            Language::Ours => environment.extend([
                ("SSL_CERT_FILE", roots),
                ("AUTH_MODE", "none-everybody-shares-one-list".to_owned()),
                ("OWNER", owner.to_owned()),
            ]),
            Language::Rust | Language::Floor => environment.push(("SSL_CERT_FILE", roots)),
            Language::Node => environment.push(("NODE_EXTRA_CA_CERTS", roots)),
            Language::Python => {
                let path = self.package.iter().map(|part| part.to_string_lossy()).collect();
                environment.extend([("AWS_CA_BUNDLE", roots), ("PYTHONPATH", path)]);
            }
        }
        let environment = environment.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Program { command: self.command.clone(), environment }
    }

    /// Returns two sizes of the deployed files in bytes: the unpacked size, and the size as a zip file.
    pub fn sizes(&self) -> Result<(u64, u64)> {
        let mut zip = ZipWriter::new(tempfile::tempfile()?);
        let mut size = 0;
        for part in &self.package {
            for entry in WalkDir::new(part).sort_by_file_name() {
                let entry = entry?;
                // A deployment does not contain the compiled Python files (`.pyc`).
                if entry.file_type().is_file() && entry.path().extension().is_none_or(|kind| kind != "pyc") {
                    let bytes = std::fs::read(entry.path())?;
                    size += bytes.len() as u64;
                    // As release/archive.py packs a release.
                    let options = SimpleFileOptions::default().compression_level(Some(9));
                    zip.start_file(entry.path().to_string_lossy(), options)?;
                    zip.write_all(&bytes)?;
                }
            }
        }
        Ok((size, zip.finish()?.stream_position()?))
    }
}
