//! The addresses of the import. `POST /import` takes a file and answers with a preview. `POST /import/{id}` adds the
//! next todos. The client sends this request again until the import is finished. `DELETE /import/{id}` undoes the
//! import in the same way. These paths are not in the OpenAPI document, so that no AI model tries to copy a file into a
//! request.

use axum::{
    Json as JsonAnswer, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, Request, State},
    http::{HeaderMap, header, request::Parts},
    routing::{get, post},
};
use deserr::Deserr;
use sha2::{Digest, Sha256};

use super::{
    preview::{Preview, Received},
    progress::{Imports, ProgressView},
    steps::Importing,
};
use crate::{
    api::{
        access::caller::Caller,
        answer::error::ApiError,
        request::extract::{Json, NoBody, NoQuery, Query, is_compressed},
    },
    app::App,
    domain::{
        id::ImportId,
        import::Existing,
        import_record::{ImportRecord, ListChoice, Progress},
        input::scalar::Truth,
        invalid::Invalid,
        text::ListName,
    },
};

/// A request has at most this number of bytes of a file. Lambda accepts 6 MB, and API Gateway encodes the file in
/// base64, which makes it a third longer.
const PART_BYTES: usize = 4 * 1024 * 1024;
/// The parts of a file have at most this number of bytes together.
const FILE_BYTES: usize = 8 * 1024 * 1024;
/// The name of the file, if the caller has sent no name.
const FILE: &str = "file";

/// The routes of the import.
pub fn routes() -> Router<App> {
    let file = post(post_file).layer(DefaultBodyLimit::max(PART_BYTES)).get(get_imports);
    let import = get(get_import).post(post_import).delete(delete_import);
    Router::new().route("/import", file).route("/import/{id}", import)
}

/// The query of `POST /import`.
#[derive(Debug, Deserr)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
struct FileQuery {
    /// The name of the file. In some formats, this is also the name of the list.
    #[deserr(default)]
    name: Option<String>,
    /// The import to which this part of the file belongs. The answer to the first part has this id.
    #[deserr(default)]
    import: Option<String>,
    /// Whether another part of the file follows.
    #[deserr(default)]
    more: Option<Truth>,
}

/// The import whose id is in the path.
struct ImportOfPath(ImportId);

impl<S: Send + Sync> FromRequestParts<S> for ImportOfPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let id = Path::<String>::from_request_parts(parts, state).await.ok();
        id.and_then(|Path(id)| ImportId::parse(&id)).map(Self).ok_or(ApiError::NoSuchImport)
    }
}

/// A part of a file.
struct FilePart {
    bytes: Bytes,
    is_compressed: bool,
}

impl<S: Send + Sync> FromRequest<S> for FilePart {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_compressed = is_gzip(request.headers())?;
        let bytes = Bytes::from_request(request, state).await.map_err(|_| ApiError::FileTooLarge)?;
        Ok(Self { bytes, is_compressed })
    }
}

/// Whether the body is compressed with gzip. Another compression is refused.
fn is_gzip(headers: &HeaderMap) -> Result<bool, ApiError> {
    if !is_compressed(headers) {
        return Ok(false);
    }
    let encoding = headers.get(header::CONTENT_ENCODING).map(|encoding| encoding.as_bytes().to_ascii_lowercase());
    if encoding.as_deref() == Some(b"gzip") { Ok(true) } else { Err(ApiError::Compressed) }
}

/// `POST /import` stores a part of a file. After the last part, the answer is a preview, and nothing is imported yet.
async fn post_file(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<FileQuery>,
    part: FilePart,
) -> Result<JsonAnswer<Received>, ApiError> {
    if part.bytes.is_empty() {
        return Err(ApiError::invalid("file", "must not be empty; send the file as the body of the request"));
    }
    let now = app.clock.now();
    let mut record = match &query.import {
        None => ImportRecord {
            id: app.ids.import(),
            file_name: query.name.as_deref().map_or(FILE, file_name).to_owned(),
            is_compressed: part.is_compressed,
            at: now,
            version: 0,
            parts: 0,
            bytes: 0,
            digest: String::new(),
            is_complete: false,
            progress: None,
        },
        Some(id) => {
            let record = found(&app, &caller, ImportId::parse(id).as_ref()).await?;
            if record.progress.is_some() || record.is_complete {
                return Err(ApiError::invalid(
                    "import",
                    "has all its parts already; leave `import` out to send another file",
                ));
            }
            record
        }
    };
    record.bytes += part.bytes.len();
    if record.bytes > FILE_BYTES {
        caller.store.forget_import(&record.id).await?;
        return Err(ApiError::FileTooLarge);
    }
    record.digest = hex::encode(Sha256::new().chain_update(&record.digest).chain_update(&part.bytes).finalize());
    record.is_complete = !query.more.is_some_and(|more| more.0);
    record.version += 1;
    record.parts += 1;
    if !caller.store.add_import_part(&record, &part.bytes).await? {
        return Err(ApiError::invalid(
            "import",
            "has got another part at the same time; send the parts one after another",
        ));
    }
    if !record.is_complete {
        return Ok(JsonAnswer(Received::Part { import: record.id, bytes: record.bytes }));
    }
    match Importing::of(&app, &caller, record.clone()).await {
        Ok(importing) => Ok(JsonAnswer(Received::Preview(Box::new(Preview::of(&app, &caller, importing).await?)))),
        Err(error) => {
            caller.store.forget_import(&record.id).await?;
            Err(error)
        }
    }
}

/// The name of a file without its folders, and not longer than 200 characters.
fn file_name(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let end = name.char_indices().nth(200).map_or(name.len(), |(end, _)| end);
    if name.is_empty() { FILE } else { &name[..end] }
}

/// `GET /import` lists the imports of the last 30 days.
async fn get_imports(
    State(app): State<App>,
    caller: Caller,
    _: Query<NoQuery>,
    _: NoBody,
) -> Result<JsonAnswer<Imports>, ApiError> {
    let imports = caller.store.imports(app.clock.now()).await?;
    Ok(JsonAnswer(Imports { imports: imports.iter().map(ProgressView::of).collect() }))
}

/// `GET /import/{id}` returns the preview, or how far the import has come.
async fn get_import(
    State(app): State<App>,
    caller: Caller,
    ImportOfPath(id): ImportOfPath,
    _: Query<NoQuery>,
    _: NoBody,
) -> Result<JsonAnswer<Received>, ApiError> {
    let record = found(&app, &caller, Some(&id)).await?;
    if record.progress.is_some() || !record.is_complete {
        return Ok(JsonAnswer(Received::Progress(ProgressView::of(&record))));
    }
    let importing = Importing::of(&app, &caller, record).await?;
    Ok(JsonAnswer(Received::Preview(Box::new(Preview::of(&app, &caller, importing).await?))))
}

/// The person's choices. Only the first request of an import can set them, and later requests cannot change them.
#[derive(Debug, Deserr)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
struct Choices {
    /// What happens with todos of the file that are here already: `skip` (the default) or `update`. The import never
    /// overwrites a todo that somebody has changed here since an earlier import.
    #[deserr(default)]
    existing: Option<Existing>,
    /// What happens with lists of the file. A list that is not in this array keeps its name.
    #[deserr(default)]
    lists: Vec<Choice>,
}

/// The person's choice for one list of the file.
#[derive(Debug, Deserr)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
struct Choice {
    list: ListName,
    /// The list that gets the todos.
    #[deserr(default)]
    to: Option<ListName>,
    /// Whether the import leaves out the todos of the list.
    #[deserr(default)]
    leave_out: Option<Truth>,
}

impl Choice {
    fn chosen(&self) -> ListChoice {
        let is_left_out = self.leave_out.is_some_and(|leave_out| leave_out.0);
        let to = self.to.clone().unwrap_or_else(|| self.list.clone());
        ListChoice { list: self.list.clone(), to: (!is_left_out).then_some(to) }
    }
}

/// `POST /import/{id}` adds the next todos. The answer says how far the import has come. The caller sends the request
/// again until the answer has `finished`.
async fn post_import(
    State(app): State<App>,
    caller: Caller,
    ImportOfPath(id): ImportOfPath,
    _: Query<NoQuery>,
    Json { value: choices, .. }: Json<Choices>,
) -> Result<JsonAnswer<ProgressView>, ApiError> {
    let mut record = found(&app, &caller, Some(&id)).await?;
    if let Some(progress) = &record.progress {
        choices.refuse_others(progress)?;
    }
    if !record.is_complete {
        return Err(ApiError::invalid("import", "lacks a part of its file; send it with POST /import"));
    }
    if record.progress.as_ref().is_none_or(|progress| !progress.is_finished) {
        let is_new = record.progress.is_none();
        record.progress.get_or_insert_with(|| choices.begin());
        let mut importing = Importing::of(&app, &caller, record).await?;
        if is_new && let Some(progress) = &mut importing.record.progress {
            progress.todos = importing.incoming.todos.len();
        }
        importing.step(&app, &caller).await?;
        record = importing.record;
    }
    Ok(JsonAnswer(ProgressView::of(&record)))
}

impl Choices {
    /// Refuses choices that differ from the choices of the first request of the import.
    fn refuse_others(&self, begun: &Progress) -> Result<(), ApiError> {
        let refused = |path| {
            let message = "cannot be changed, because the import has begun; leave it out to go on, or undo the import with DELETE and send the file again";
            Err(ApiError::invalid(path, message))
        };
        if self.existing.is_some_and(|existing| existing != begun.existing) {
            return refused("existing");
        }
        let lists: Vec<_> = self.lists.iter().map(Choice::chosen).collect();
        if lists.is_empty() || lists == begun.lists { Ok(()) } else { refused("lists") }
    }

    fn begin(self) -> Progress {
        Progress {
            existing: self.existing.unwrap_or(Existing::Skip),
            lists: self.lists.iter().map(Choice::chosen).collect(),
            todos: 0,
            done: 0,
            changes: 0,
            added: 0,
            updated: 0,
            left: 0,
            is_finished: false,
            undo: None,
        }
    }
}

/// `DELETE /import/{id}` undoes the import. The caller sends the request again until the answer has `finished`. If the
/// import has not begun, the request only deletes the file.
async fn delete_import(
    State(app): State<App>,
    caller: Caller,
    ImportOfPath(id): ImportOfPath,
    _: Query<NoQuery>,
    _: NoBody,
) -> Result<JsonAnswer<ProgressView>, ApiError> {
    let record = found(&app, &caller, Some(&id)).await?;
    if record.progress.is_none() {
        caller.store.forget_import(&record.id).await?;
        return Ok(JsonAnswer(ProgressView::forgotten(&record)));
    }
    let record = Importing::undo_step(&app, &caller, record).await?;
    Ok(JsonAnswer(ProgressView::of(&record)))
}

async fn found(app: &App, caller: &Caller, id: Option<&ImportId>) -> Result<ImportRecord, ApiError> {
    let Some(id) = id else { return Err(ApiError::NoSuchImport) };
    caller.store.import(id, app.clock.now()).await?.ok_or(ApiError::NoSuchImport)
}
