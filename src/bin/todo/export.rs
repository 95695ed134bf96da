//! `todo export` writes everything of a person into a file. The data come from a data file, even while `todo serve`
//! uses the file, from a table on AWS, or from a deployment.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use axum::http::Method;
use jiff::tz::TimeZone;
use todo_action::{
    api::export,
    domain::{
        export_format::ExportFormat,
        todo::{Status, Todo},
    },
};

use super::{
    Failure,
    service::{Service, Whose},
};

#[derive(clap::Args)]
pub struct Export {
    /// The file format: json (everything), csv, ics, todo.txt or md. docs/EXPORT.md says what each format keeps.
    #[arg(long, default_value = "json", value_parser = format)]
    format: ExportFormat,
    /// The new file. Without this option, the command writes to standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Begin the file with a byte order mark. Some programs need the mark to read a CSV file as UTF-8. Not possible with
    /// json and ics.
    #[arg(long)]
    bom: bool,
    #[command(flatten)]
    whose: Whose,
}

fn format(text: &str) -> Result<ExportFormat, String> {
    ExportFormat::parse(text.to_owned()).map_err(|invalid| invalid.to_string())
}

#[tokio::main]
pub async fn run(Export { format, output, bom, whose }: Export) -> Result<(), Failure> {
    if let Some(file) = output.as_ref().filter(|file| file.exists()) {
        return Err(format!("{} exists already; choose another file with --output", file.display()).into());
    }
    if bom && !format.may_have_bom() {
        return Err(format!("--bom is not possible with {}: such a file has no byte order mark", format.word()).into());
    }
    let service = whose.service(None).await?;
    let document = whole(&service).await?;
    let zone = TimeZone::get(&document.settings.time_zone).unwrap_or(TimeZone::UTC);
    let text = export::render(format, &document, &zone);
    let text = if bom { format!("\u{feff}{text}") } else { text };
    match &output {
        Some(file) => write_new(file, &text).map_err(|error| format!("cannot write {}: {error}", file.display()))?,
        None => std::io::stdout().write_all(text.as_bytes())?,
    }
    let is_written = |todo: &&Todo| format.has_deleted() || todo.status != Status::Deleted;
    eprintln!("Todos in the file: {}.", document.todos.iter().filter(is_written).count());
    if document.unreadable > 0 {
        eprintln!("{} todos or changes cannot be read, and are not in the export.", document.unreadable);
    }
    if !service.is_remote && !document.settings.time_zone_is_set {
        eprintln!(
            "The person has not set a time zone, so the times in the file are in {}. If the service has another default, \
             set DEFAULT_TIME_ZONE as the service has it.",
            document.settings.time_zone
        );
    }
    Ok(())
}

/// Writes a new file that only this user can read. If this function cannot write the whole text, it removes the file.
fn write_new(file: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut new = options.open(file)?;
    let written = new.write_all(text.as_bytes()).and_then(|()| new.sync_all());
    if written.is_err() {
        drop(std::fs::remove_file(file));
    }
    written
}

/// Reads all pages of the export, and puts them together.
async fn whole(service: &Service) -> Result<export::document::Document, Failure> {
    let mut document: Option<export::document::Document> = None;
    let mut cursor = None;
    loop {
        let after = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let body = service.ask(Method::GET, &format!("/export?format=json{after}"), None).await?;
        let mut page: export::document::Document = serde_json::from_slice(&body)
            .map_err(|error| format!("the answer is not an export of todo-action that this version knows: {error}"))?;
        if page.format_version > export::document::FORMAT_VERSION {
            return Err("a newer version of todo-action has made the export; use the same version of todo".into());
        }
        cursor = page.next_cursor.take();
        document = Some(match document {
            None => page,
            Some(mut first) => {
                first.todos.append(&mut page.todos);
                first.changes.append(&mut page.changes);
                first.unreadable += page.unreadable;
                first
            }
        });
        if cursor.is_none() {
            break;
        }
    }
    document.ok_or_else(|| "the export has no page".into())
}
