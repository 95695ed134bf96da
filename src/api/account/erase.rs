//! `DELETE /account` erases everything that belongs to a person. Nobody can undo this.

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use deserr::Deserr;
use serde::Serialize;

use crate::{
    api::{
        access::caller::Caller,
        answer::{error::ApiError, kept},
        request::extract::{NoBody, Query},
    },
    app::App,
    config::{AuthMode, Config},
    store::Erasure,
};

/// The value of `confirm` with which a person confirms the erasure.
const CONFIRMED: &str = "erase-everything";
/// One request erases for at most this time. The service answers each request within 14 seconds.
const AT_MOST: Duration = Duration::from_secs(9);

/// The query of `DELETE /account`.
#[derive(Debug, Deserr)]
#[deserr(deny_unknown_fields)]
pub struct EraseQuery {
    #[deserr(default)]
    confirm: Option<String>,
}

#[derive(Debug, Serialize)]
struct Erased {
    /// Whether everything is erased.
    erased: bool,
    /// What to do next.
    detail: &'static str,
    /// What still exists after the erasure, and for how long.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kept: Vec<String>,
}

/// Erases the todos, the lists, the settings and the changes of the person, and ends the access of all programs. The
/// status is 200 if everything is erased. The status is 202 if the erasure takes longer than one request. The next
/// request of the person then continues the erasure. A program needs access that the person gave in the last 10
/// minutes.
pub async fn delete_account(
    State(app): State<App>,
    caller: Caller,
    Query(EraseQuery { confirm }): Query<EraseQuery>,
    _: NoBody,
) -> Result<impl IntoResponse, ApiError> {
    if confirm.as_deref().map(str::trim) != Some(CONFIRMED) {
        return Err(ApiError::NotConfirmed);
    }
    let now = app.clock.now();
    if !caller.has_recent_consent(now) {
        return Err(ApiError::OldConsent);
    }
    Ok(match caller.store.erase(now, AT_MOST).await? {
        Erasure::Done => {
            app.store.forget_access_of(&caller.owner);
            let detail = "Everything is erased. You need to do nothing else.";
            (StatusCode::OK, Json(Erased { erased: true, detail, kept: kept_by(&app.config) }))
        }
        Erasure::Unfinished => {
            let detail = "The erasure is not finished. To go on, send the same request again.";
            (StatusCode::ACCEPTED, Json(Erased { erased: false, detail, kept: Vec::new() }))
        }
    })
}

/// What still exists after an erasure, and for how long.
fn kept_by(config: &Config) -> Vec<String> {
    let mut kept = kept::elsewhere(config);
    if config.auth.mode() != AuthMode::None {
        let keys = "The API keys of this list still work, and open an empty list. The operator removes them with `todo \
            people remove --erase`.";
        kept.push(keys.to_owned());
    }
    if config.auth.mode() == AuthMode::OAuth {
        kept.push("Your account at the sign-in service stays until you or the operator removes it.".to_owned());
    }
    kept
}
