//! A person's settings: `/settings`.

use axum::{
    Json as JsonAnswer,
    extract::{FromRequestParts, State},
    http::{header, request::Parts},
    response::Redirect,
};
use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    write::{self, WithoutKey},
    written::{ChangeMade, new_lists},
};
use crate::{
    api::{
        access::caller::Caller,
        answer::{
            error::{ApiError, ErrorPath},
            problem::FieldError,
            settings::SettingsView,
            view::Now,
        },
        request::extract::{Conditions, Json, NoBody, NoQuery, Query},
    },
    app::App,
    domain::{
        idempotency::IdempotencyKey,
        input::list::WithoutEmpty,
        invalid::Invalid,
        moment::Weekday,
        plan::Plan,
        settings::{Setting, SettingsEdit, SettingsImage, ZoneName},
        text::ListName,
    },
    store::{Needs, Snapshot, WriteRequest},
};

/// Changes to the settings.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct UpdateSettings {
    /// IANA name of the person's time zone.
    #[deserr(default)]
    #[schema(value_type = String, required = false, example = "Europe/Berlin")]
    time_zone: Option<ZoneName>,
    // Day on which weeks begin.
    #[deserr(default)]
    #[schema(value_type = Weekday, inline, required = false)]
    week_start: Option<Weekday>,
    /// List for new todos that name no list.
    #[deserr(default)]
    #[schema(value_type = ListName, inline, required = false)]
    default_list: Option<ListName>,
    /// Settings to reset to their defaults.
    #[deserr(default)]
    #[schema(value_type = Vec<Setting>, inline, required = false)]
    clear: Option<WithoutEmpty<Setting>>,
    #[deserr(default)]
    #[schema(value_type = IdempotencyKey, inline, required = false)]
    idempotency_key: Option<IdempotencyKey>,
}

/// The settings, and the present moment in the person's time zone.
#[derive(Debug, Serialize)]
pub struct SettingsFound {
    settings: SettingsView,
    now: Now,
}

/// The settings after the call.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingsWritten {
    settings: SettingsView,
    now: Now,
    /// Lists that are new.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    new_lists: Vec<String>,
    // Says what the first time zone means for due dates that exist already.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    hints: Vec<String>,
    #[serde(flatten)]
    #[schema(inline)]
    made: ChangeMade,
}

/// The hint for the first time zone. Before, the program converted instants and durations to the default time zone.
const FIRST_ZONE: &str = "Due dates that were set before keep their time on the clock. If one was sent as an instant (with Z or an offset) or as a duration such as +1h, send it again.";

/// A person who opens `/settings` in a browser goes to the settings on the page. Programs get the settings as JSON.
#[derive(Debug)]
pub struct ForPrograms;

impl<S: Sync> FromRequestParts<S> for ForPrograms {
    type Rejection = Redirect;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Redirect> {
        let accept = parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
        // The address is relative, because the address of the deployment may have a path.
        let page = accept.is_some_and(|accept| accept.contains("text/html")).then(|| Redirect::to("./?view=settings"));
        page.map_or(Ok(Self), Err)
    }
}

/// Get the settings
#[utoipa::path(get, path = "/settings", operation_id = "getSettings")]
pub async fn get_settings(
    _: ForPrograms,
    State(app): State<App>,
    caller: Caller,
    _: Query<NoQuery>,
    _: NoBody,
) -> Result<JsonAnswer<SettingsFound>, ApiError> {
    let settings = caller.store.settings(app.clock.now()).await?;
    let zone = &app.config.time_zone;
    let now = Now::of(&settings, app.clock.now(), zone);
    Ok(JsonAnswer(SettingsFound { settings: SettingsView::of(&settings, zone), now }))
}

/// Update the settings
#[utoipa::path(
    patch, path = "/settings", operation_id = "updateSettings", request_body = UpdateSettings,
    summary = "Update the settings",
    description = "Changes time zone, first day of the week or default list. Due dates keep their local time.",
    responses((status = 200, description = "Updated", body = SettingsWritten), super::openapi::Errors),
)]
pub async fn update_settings(
    State(app): State<App>,
    caller: Caller,
    conditions: Conditions,
    _: Query<NoQuery>,
    Json { value: body, raw, .. }: Json<UpdateSettings>,
) -> Result<JsonAnswer<SettingsWritten>, ApiError> {
    let UpdateSettings { time_zone, week_start, default_list, clear, idempotency_key } = body;
    let clear = clear.map_or_else(Vec::new, |WithoutEmpty(settings)| settings);
    let edit = SettingsEdit { time_zone, week_start, default_list, clear };
    if edit == SettingsEdit::default() {
        let message = "changes nothing: send a value for at least one setting, or list in `clear` the settings that you want to reset";
        return Err(ApiError::invalid("", message));
    }
    let contradictions = edit.contradictions();
    if !contradictions.is_empty() {
        let errors = contradictions.into_iter().map(|error| FieldError::new(error.field, error.invalid));
        return Err(ApiError::Invalid(errors.collect()));
    }
    let request = write::request(&app, "updateSettings", "", &raw, &conditions, idempotency_key, WithoutKey::Execute)?;
    let needs = Needs::todos(Vec::new());
    let plan = |Snapshot { settings, .. }: &Snapshot| {
        Ok(Plan { settings: settings.changed_to(&edit.apply(settings)), ..Plan::default() })
    };
    let result = write::perform(&app, &caller, &WriteRequest { needs, ..request }, plan).await;
    let result = result.map_err(ApiError::of_write(ErrorPath::Item))?;
    let settings = match &result.change.settings {
        Some(image) => image.after.clone(),
        None => caller.store.settings(app.clock.now()).await?,
    };
    let zone = &app.config.time_zone;
    let now = Now::of(&settings, app.clock.now(), zone);
    let (new_lists, made) = (new_lists(&result), ChangeMade::of(&result, &settings.zone(zone)));
    let is_first_zone = |image: &SettingsImage| image.before.time_zone.is_none() && image.after.time_zone.is_some();
    let hints = Vec::from_iter(
        result.change.settings.as_ref().filter(|image| is_first_zone(image)).map(|_| FIRST_ZONE.to_owned()),
    );
    Ok(JsonAnswer(SettingsWritten { settings: SettingsView::of(&settings, zone), now, new_lists, hints, made }))
}
