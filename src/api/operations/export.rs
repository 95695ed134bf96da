//! Makes addresses from which a person can download an export: `/export/address`.

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    http::{Extensions, Method, header},
    response::{IntoResponse, Response},
};
use deserr::Deserr;
use serde::Serialize;
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api::{
        access::caller::Caller,
        answer::{error::ApiError, view::with_offset},
        export::Exporting,
        lambda::gateway,
        request::extract::{NoBody, Query},
    },
    app::App,
    domain::{
        address::AddressKind,
        download::{DOWNLOAD_LASTS, Download},
        export_format::ExportFormat,
        invalid::Invalid,
    },
    store::Position,
};

/// One answer has at most this number of addresses.
const PARTS: usize = 60;
/// The search for the beginnings of the parts stops after this time. A whole request has 14 seconds.
const SEARCH: Duration = Duration::from_secs(9);

/// The query of `exportTodos`.
#[derive(Debug, Deserr, IntoParams)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    // JSON if the caller leaves it out.
    #[deserr(default)]
    #[param(value_type = ExportFormat, inline, required = false)]
    format: Option<ExportFormat>,
}

/// Addresses for the person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Addresses {
    // Each address works once. The person opens the addresses.
    addresses: Vec<String>,
    #[schema(format = "date-time")]
    expires_at: String,
}

/// Makes one address for each part of the export. Usually there is one part.
#[utoipa::path(
    get, path = "/export/address", operation_id = "exportTodos", params(ExportQuery),
    summary = "Export all todos",
    description = "Returns addresses of files. Only json has everything, the others have the todos. Each works once, for 15 minutes. Give them to the person unchanged.",
    responses((status = 200, description = "Addresses", body = Addresses), super::openapi::Errors),
)]
pub async fn export_todos(
    State(app): State<App>,
    caller: Caller,
    method: Method,
    extensions: Extensions,
    Query(query): Query<ExportQuery>,
    _: NoBody,
) -> Result<Response, ApiError> {
    // A request with the method HEAD would make addresses that nobody sees.
    if method == Method::HEAD {
        return Ok(([(header::ALLOW, "GET")], ApiError::MethodNotAllowed).into_response());
    }
    let format = query.format.unwrap_or(ExportFormat::Json);
    // A deployment needs an address, so the error says that the address is missing. `todo mcp` over standard input and
    // output never has an address.
    let without_address =
        if app.config.function.is_some() { ApiError::NoPublicUrl } else { ApiError::NoDownloads(format) };
    let base_url = gateway::base_url(&app.config, &extensions).ok_or(without_address)?;
    let exporting = Exporting::of(&app, format);
    let begins = beginnings(&exporting, &caller).await?;
    let valid_until = exporting.now + DOWNLOAD_LASTS;
    let (mut addresses, mut downloads) = (Vec::new(), Vec::new());
    let text = |position: &Position| position.as_str().to_owned();
    for (number, after) in begins.iter().enumerate() {
        let secret = app.ids.address(AddressKind::Download);
        addresses.push(format!("{base_url}/downloads/{}", secret.reveal()));
        downloads.push(Download {
            hash: secret.hash(),
            owner: caller.owner.clone(),
            resource: base_url.clone(),
            format: exporting.format,
            part: number + 1,
            parts: begins.len(),
            after: after.as_ref().map(text),
            until: begins.get(number + 1).and_then(Option::as_ref).map(text),
            valid_until,
        });
    }
    app.store.add_downloads(&caller.store, &downloads).await?;
    let expires_at = with_offset(valid_until, &caller.zone(&app));
    Ok(Json(Addresses { addresses, expires_at }).into_response())
}

/// The positions at which the parts of the export begin.
async fn beginnings(exporting: &Exporting, caller: &Caller) -> Result<Vec<Option<Position>>, ApiError> {
    let (mut begins, started) = (vec![None], Instant::now());
    loop {
        let after = begins.last().and_then(Option::as_ref);
        let page = exporting.page(&caller.store, after, |_| None).await?;
        let Some(rest) = page.rest else { return Ok(begins) };
        if begins.len() == PARTS || started.elapsed() > SEARCH {
            return Err(ApiError::ExportTooLarge);
        }
        begins.push(Some(rest));
    }
}
