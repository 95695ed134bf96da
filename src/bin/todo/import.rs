//! `todo import` reads files with todos of other programs, or our own exports, into a list. The list is in a data file,
//! even while `todo serve` uses the file, in a table on AWS, or in a deployment.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{Method, StatusCode},
};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Failure, service::Whose};

/// The maximum size of an answer in bytes.
const LARGEST_ANSWER: usize = 10 * 1024 * 1024;
/// The command sends a file in parts of this number of bytes. The service accepts at most 4 MB in one request.
const PART_BYTES: usize = 3_900_000;
/// If a request fails, the command sends the request again, at most this number of times. The repetition is safe,
/// because the service does nothing twice.
const ATTEMPTS: u32 = 8;

#[derive(clap::Args)]
pub struct Import {
    /// Files of Todoist, TickTick, Google Tasks, Microsoft To Do, iCalendar, todo.txt, Markdown, or exports of this
    /// program. docs/IMPORT.md says what each format keeps.
    #[arg(required_unless_present = "undo", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only say what the import would do.
    #[arg(long, conflicts_with = "undo")]
    preview: bool,
    /// Also change todos that an earlier import has added and that are different in the file. A todo that was changed
    /// here since is never overwritten.
    #[arg(long, conflicts_with = "undo")]
    update: bool,
    /// Undo the import with this id. Todos that were changed since stay.
    #[arg(long, value_name = "ID", conflicts_with = "files")]
    undo: Option<String>,
    #[command(flatten)]
    whose: Whose,
}

#[tokio::main]
pub async fn run(Import { files, preview, update, undo, whose }: Import) -> Result<(), Failure> {
    let api = Api(whose.service_or_new().await?.router);
    if let Some(id) = undo {
        let done = api.repeat(Method::DELETE, &format!("/import/{id}"), &Value::Null).await?;
        eprintln!("Undone: {} todos. {} todos were changed since, and stay.", done["undone"], done["kept"]);
        return Ok(());
    }
    for file in files {
        let bytes = std::fs::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        eprintln!("{}", file.display());
        import(&api, &name, &bytes, preview, update).await.map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

/// Sends one file, shows the preview, and imports the file. If an earlier import of the same file was stopped, this
/// function continues the earlier import.
async fn import(api: &Api, name: &str, bytes: &[u8], only_preview: bool, update: bool) -> Result<(), Failure> {
    let packed = compressed(bytes)?;
    let seen = api.send(name, &packed).await?;
    let id = seen["import"].as_str().unwrap_or_default().to_owned();
    show(&seen);
    if only_preview {
        api.ask(Method::DELETE, &format!("/import/{id}"), Body::empty(), false).await?;
        return Ok(());
    }
    let others = api.ask(Method::GET, "/import", Body::empty(), false).await?;
    let is_same = |other: &&Value| other["state"] == "importing" && other["digest"] == seen["digest"];
    let earlier = others["imports"].as_array().and_then(|imports| imports.iter().find(is_same)).cloned();
    let id = match earlier.as_ref().and_then(|earlier| earlier["import"].as_str()) {
        Some(earlier) => {
            eprintln!("An import of this file was stopped. It goes on.");
            api.ask(Method::DELETE, &format!("/import/{id}"), Body::empty(), false).await?;
            earlier.to_owned()
        }
        None => id,
    };
    let choices = if update { json!({ "existing": "update" }) } else { json!({}) };
    let done = api.repeat(Method::POST, &format!("/import/{id}"), &choices).await?;
    eprintln!("Added: {}. Changed: {}. Left as they are: {}.", done["added"], done["updated"], done["left"]);
    eprintln!("To undo this import: todo import --undo {id}, with the same options for the place of the list.");
    Ok(())
}

fn compressed(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// Shows the preview.
fn show(seen: &Value) {
    for list in seen["lists"].as_array().into_iter().flatten() {
        eprintln!("  {}: {} todos, {} of them new", text(&list["list"]), list["todos"], list["new"]);
    }
    let counts = [
        ("restored", "are deleted here, and come back"),
        ("same", "are here already"),
        ("different", "are here, and different in the file (--update changes them)"),
        ("changed_here", "were changed here, and stay as they are"),
    ];
    for (name, what) in counts {
        if seen[name].as_u64().is_some_and(|number| number > 0) {
            eprintln!("  {} {what}", seen[name]);
        }
    }
    for loss in seen["lost"].as_array().into_iter().flatten() {
        eprintln!("  {} todos: {} ({})", loss["todos"], text(&loss["means"]), places(&loss["at"], &loss["todos"]));
    }
    for broken in seen["broken"].as_array().into_iter().flatten() {
        eprintln!("  Not read: {}: {}", text(&broken["at"]), text(&broken["reason"]));
    }
    if seen["broken_total"].as_u64() > seen["broken"].as_array().map(|broken| broken.len() as u64) {
        eprintln!("  Not read in all: {}", seen["broken_total"]);
    }
    if seen["unreadable_characters"] == true {
        eprintln!("  Some characters cannot be read. They become \u{fffd}.");
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The first places to which a line of the preview applies, such as `row 3, row 7, …`.
fn places(at: &Value, all: &Value) -> String {
    let places: Vec<&str> = at.as_array().into_iter().flatten().map(text).take(5).collect();
    let more = if all.as_u64() > Some(places.len() as u64) { ", …" } else { "" };
    format!("{}{more}", places.join(", "))
}

/// The API of the list.
struct Api(Router);

impl Api {
    /// Sends a file in parts, and returns the preview.
    async fn send(&self, name: &str, packed: &[u8]) -> Result<Value, Failure> {
        let name: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let parts: Vec<&[u8]> = packed.chunks(PART_BYTES).collect();
        let mut import = String::new();
        let mut answer = Value::Null;
        for (number, part) in parts.iter().enumerate() {
            let more = number + 1 < parts.len();
            let path = format!("/import?name={name}&import={import}&more={more}");
            answer = self.ask(Method::POST, &path, Body::from(part.to_vec()), true).await?;
            text(&answer["import"]).clone_into(&mut import);
        }
        Ok(answer)
    }

    /// Sends the same request until the answer has `finished`, and shows the progress.
    async fn repeat(&self, method: Method, path: &str, body: &Value) -> Result<Value, Failure> {
        let mut failures = 0;
        loop {
            let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
            match self.ask(method.clone(), path, body, false).await {
                Ok(answer) if answer["finished"] == true => return Ok(answer),
                Ok(answer) => {
                    failures = 0;
                    let done = if answer["undone"].is_null() { &answer["done"] } else { &answer["undone"] };
                    eprintln!("  {done} of {}", answer["todos"]);
                }
                Err(Refused { can_repeat: true, .. }) if failures < ATTEMPTS => {
                    failures += 1;
                    tokio::time::sleep(Duration::from_secs(u64::from(failures))).await;
                }
                Err(refused) => return Err(refused.reason.into()),
            }
        }
    }

    async fn ask(&self, method: Method, path: &str, body: Body, is_file: bool) -> Result<Value, Refused> {
        let request = Request::builder().method(method).uri(path);
        let request = if is_file {
            request.header("Content-Type", "application/octet-stream").header("Content-Encoding", "gzip")
        } else {
            request.header("Content-Type", "application/json")
        };
        let broken = |error: &dyn std::fmt::Display| Refused { reason: error.to_string(), can_repeat: false };
        let request = request.body(body).map_err(|error| broken(&error))?;
        let answer = self.0.clone().oneshot(request).await.map_err(|never| match never {})?;
        let (status, body) = (answer.status(), to_bytes(answer.into_body(), LARGEST_ANSWER).await);
        let body: Value = serde_json::from_slice(&body.map_err(|error| broken(&error))?).unwrap_or_default();
        if status.is_success() { Ok(body) } else { Err(Refused::of(status, &body)) }
    }
}

/// Why a request has failed.
#[derive(Debug)]
struct Refused {
    reason: String,
    /// Whether the same request may succeed later.
    can_repeat: bool,
}

impl Refused {
    fn of(status: StatusCode, body: &Value) -> Self {
        let errors = body["errors"].as_array().into_iter().flatten();
        let errors: Vec<String> =
            errors.map(|error| format!("{} {}", text(&error["path"]), text(&error["message"]))).collect();
        let reason = match status {
            StatusCode::UNAUTHORIZED => "the deployment does not accept the API key in TODO_API_KEY".to_owned(),
            StatusCode::BAD_GATEWAY => "the deployment does not answer; try again later".to_owned(),
            _ if !errors.is_empty() => errors.join("; "),
            _ => format!("{status}: {}", text(&body["detail"])),
        };
        Self { reason, can_repeat: status.is_server_error() || status == StatusCode::CONFLICT }
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.reason)
    }
}

impl std::error::Error for Refused {}
