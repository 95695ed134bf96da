//! The addresses of the export. `GET /export` needs the credential of the person. At `/downloads/…`, a person downloads
//! an export with a secret address that works once. Both paths are not in the OpenAPI document, because a model must
//! not read a whole export.

use axum::{
    Router,
    extract::State,
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, header},
    response::IntoResponse,
    routing::get,
};
use deserr::Deserr;

use super::page::{ExportPage, Exporting};
use crate::{
    api::{
        access::{caller::Caller, download::Downloading},
        answer::error::ApiError,
        lambda::gateway,
        request::{
            cursor::ListingId,
            extract::{NoBody, NoQuery, Query},
        },
    },
    app::App,
    domain::{export_format::ExportFormat, input::scalar::Truth, invalid::Invalid},
    store::{Position, Range},
};

/// The routes of the export.
pub fn routes() -> Router<App> {
    // A request with the method HEAD must not use an address up.
    let only_get = async || ([(header::ALLOW, "GET")], ApiError::MethodNotAllowed);
    let download = get(get_download).head(only_get).fallback(only_get);
    Router::new().route("/export", get(get_export)).route("/downloads/{secret}", download)
}

/// The query of `GET /export`.
#[derive(Debug, Deserr)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
struct ExportQuery {
    /// The format of the file. The default is JSON.
    #[deserr(default)]
    format: Option<ExportFormat>,
    /// Whether the file begins with a byte order mark. Some programs need the mark to read a CSV file as UTF-8.
    #[deserr(default)]
    bom: Option<Truth>,
    /// The cursor from the answer with the page before.
    #[deserr(default)]
    cursor: Option<String>,
}

/// `GET /export` returns a file with everything. If the data are too large for one answer, the file contains only a
/// part. In this case, the header `Link` has the address of the next part (RFC 8288). Each part is a complete file.
async fn get_export(
    State(app): State<App>,
    caller: Caller,
    extensions: Extensions,
    Query(query): Query<ExportQuery>,
    _: NoBody,
) -> Result<impl IntoResponse, ApiError> {
    let format = query.format.unwrap_or(ExportFormat::Json);
    let bom = query.bom.is_some_and(|bom| bom.0);
    if bom && !format.may_have_bom() {
        return Err(ApiError::invalid(
            "bom",
            format!("is not possible with {}, because such a file has no mark", format.word()),
        ));
    }
    let of = format!("1 export format={}", format.word());
    let listing = ListingId { owner: &caller.owner, of, of_form_1: &String::new };
    let after = query.cursor.as_deref().map(|cursor| listing.position(cursor, &Range::everything())).transpose()?;
    let exporting = Exporting::of(&app, format);
    let cursor = |position: &Position| Some(listing.cursor(position));
    let page = exporting.page(&caller.store, after.as_ref(), cursor).await?;
    let mut headers = headers(format, &page.date, None);
    if let Some(rest) = &page.rest {
        let bom = if bom { "&bom=true" } else { "" };
        let cursor = listing.cursor(rest);
        let base_url = gateway::base_url(&app.config, &extensions).unwrap_or_default();
        let link = format!("<{base_url}/export?format={}{bom}&cursor={cursor}>; rel=\"next\"", format.word());
        headers.extend(HeaderValue::from_str(&link).ok().map(|link| (header::LINK, link)));
    }
    let mark = if bom { "\u{feff}" } else { "" };
    Ok((headers, mark.to_owned() + &page.body))
}

/// `GET /downloads/…` returns a file, and uses the address up. If the file cannot be made, the address still works. If
/// todos have changed, this part may no longer end where the next part begins, so a todo could be in none of the files.
/// In this case, the answer is an error.
async fn get_download(
    State(app): State<App>,
    Downloading { download, store }: Downloading,
    _: Query<NoQuery>,
) -> Result<impl IntoResponse, ApiError> {
    let after = download.after.as_deref().and_then(Position::parse);
    let ExportPage { body, date, rest } =
        Exporting::of(&app, download.format).page(&store, after.as_ref(), |_| None).await?;
    if rest.as_ref().map(Position::as_str) != download.until.as_deref() {
        return Err(ApiError::ExportOutdated);
    }
    // If another request has used the address in the meantime, the answer is 404.
    if !app.store.use_download(&download, store.usage()).await? {
        return Err(ApiError::NoSuchDownload);
    }
    let part = (download.parts > 1).then_some(download.part);
    // Spreadsheets need the byte order mark to read the file as UTF-8.
    let mark = if download.format == ExportFormat::Csv { "\u{feff}" } else { "" };
    Ok((headers(download.format, &date, part), mark.to_owned() + &body))
}

/// The headers of a file. The browser saves the file and does not show it. `part` is the number of the part, if there
/// are several parts.
fn headers(format: ExportFormat, date: &str, part: Option<usize>) -> HeaderMap {
    let part = part.map(|part| format!("-part-{part}")).unwrap_or_default();
    let name = format!("attachment; filename=\"todos-{date}{part}.{}\"", format.extension());
    let robots = HeaderName::from_static("x-robots-tag");
    let mut headers = HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
        (robots, HeaderValue::from_static("noindex")),
    ]);
    headers.extend(HeaderValue::from_str(&name).ok().map(|name| (header::CONTENT_DISPOSITION, name)));
    headers
}
