//! `todo export` writes everything of a person into a file. The data come from a data file, even while `todo serve` uses
//! the file, from a table on AWS, or from a deployment.

use std::io::Write;
use std::path::PathBuf;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
};
use jiff::tz::TimeZone;
use serde_json::Value;
use todo_action::{
    api::{self, export},
    app::{App, Clock, Ids},
    config::{Auth, AuthMode, Config, base_url},
    domain::{export_format::ExportFormat, owner::Owner},
};
use tower::ServiceExt;

use super::{Failure, deployment, place::Place};

/// The maximum size of one page, in bytes. An answer of Lambda has at most 6 MB.
const LARGEST_PAGE: usize = 10 * 1024 * 1024;

#[derive(clap::Args)]
pub struct Export {
    /// The file format: json (everything), csv, ics, todo.txt or md. docs/EXPORT.md says what each format keeps.
    #[arg(long, default_value = "json", value_parser = format)]
    format: ExportFormat,
    /// The new file. Without this option, the command writes to standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Begin the file with a byte order mark. Some programs need the mark to read a CSV file as UTF-8.
    #[arg(long)]
    bom: bool,
    /// The owner of the list, if the data file or the table has several lists. `todo keys list` and `todo people list`
    /// show the owners.
    #[arg(long, default_value = "me", conflicts_with = "url")]
    owner: String,
    /// Address of a deployment. The API key comes from the environment variable TODO_API_KEY.
    #[arg(long, conflicts_with_all = ["table", "region", "data"])]
    url: Option<String>,
    #[command(flatten)]
    place: Place,
}

fn format(text: &str) -> Result<ExportFormat, String> {
    ExportFormat::parse(text.to_owned()).map_err(|invalid| format!("{invalid}: {}", ExportFormat::WORDS.join(", ")))
}

#[tokio::main]
pub async fn run(Export { format, output, bom, owner, url, place }: Export) -> Result<(), Failure> {
    let service = match url {
        Some(url) => deployment::router(base_url("--url", &url)?.trim_end_matches("/mcp"))?,
        None => service_of(place, &owner).await?,
    };
    let document = whole(service).await?;
    let todos = document.todos.len();
    let zone = TimeZone::get(&document.settings.time_zone).unwrap_or(TimeZone::UTC);
    let text = export::render(format, &document, &zone);
    let text = if bom { format!("\u{feff}{text}") } else { text };
    match &output {
        Some(file) => {
            let mut new = std::fs::File::create_new(file).map_err(|error| format!("{}: {error}", file.display()))?;
            new.write_all(text.as_bytes())?;
            new.sync_all()?;
        }
        None => std::io::stdout().write_all(text.as_bytes())?,
    }
    eprintln!("Exported {todos} todos.");
    if document.unreadable > 0 {
        eprintln!("{} todos or changes cannot be read, and are not in the export.", document.unreadable);
    }
    Ok(())
}

/// The API for the list of this owner, in this process.
async fn service_of(place: Place, owner: &str) -> Result<Router, Failure> {
    let owner = Owner::parse(owner).map_err(|error| format!("--owner {error}"))?;
    let (shown, store) = (place.shown()?, place.store().await?);
    if !store.knows(&owner).await? {
        return Err(format!("{shown} has no list of {}; --owner names another owner", owner.as_str()).into());
    }
    let config = Config { auth: Auth::None(owner), ..Config::from_env(AuthMode::None)? };
    Ok(api::router(App::new(config, store, Clock::system(), Ids::random()), Router::new()))
}

/// Reads all pages of the export, and puts them together.
async fn whole(service: Router) -> Result<export::document::Document, Failure> {
    let mut document: Option<export::document::Document> = None;
    let mut cursor = None;
    loop {
        let after = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let request = Request::builder().uri(format!("/export?format=json{after}")).body(Body::empty())?;
        let answer = service.clone().oneshot(request).await?;
        let (status, body) = (answer.status(), to_bytes(answer.into_body(), LARGEST_PAGE).await?);
        if !status.is_success() {
            let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
            return Err(format!("{status}: {}", problem["detail"].as_str().unwrap_or("no export")).into());
        }
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
