//! At `/account/programs`, a person sees the programs that have access, and can end the access of each program. The
//! person uses an API key. A program can use these paths too, with its access token. The program then sees and ends
//! only its own access, because the consent page promises that a program does not see the other programs of the person.
//! The page of this service is a program too, but it sees and ends the access of all programs.
//! These paths are not in the OpenAPI document, because an assistant does not need them.

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    api::{access::caller::Caller, answer::error::ApiError},
    app::App,
    domain::{credential::CredentialId, program::Place, scope::Scope},
    store::{Connected, Fault},
};

/// A program with access.
#[derive(Debug, Serialize)]
struct Program {
    /// The id of the access. A person uses this id to end the access. The records of changes show this id too.
    id: String,
    name: String,
    /// The host that gets the access, or `this computer`.
    host: String,
    scope: Scope,
    since: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Timestamp>,
}

impl Program {
    fn of(connected: Connected) -> Self {
        Self {
            id: connected.grant.public(),
            name: connected.name,
            host: connected.place.as_str().to_owned(),
            scope: connected.scope,
            since: connected.created_at,
            last_used_at: connected.last_used_at,
        }
    }
}

#[derive(Debug, Serialize)]
struct Programs {
    programs: Vec<Program>,
}

#[derive(Debug, Serialize)]
struct Ended {
    /// The programs whose access has ended.
    ended: Vec<Program>,
}

/// `GET /account/programs` lists the programs.
pub async fn get_programs(State(app): State<App>, caller: Caller) -> Result<impl IntoResponse, ApiError> {
    let programs = visible(&app, &caller).await?;
    Ok(Json(Programs { programs: programs.into_iter().map(Program::of).collect() }))
}

/// `DELETE /account/programs/{id}` ends the access of one program. The tokens of the program stop working within a
/// minute.
pub async fn delete_program(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, ApiError> {
    let programs = visible(&app, &caller).await?;
    let program = programs.into_iter().find(|program| program.grant.public() == id.trim());
    let program = program.ok_or(ApiError::NoSuchProgram)?;
    end(vec![program], &app, &caller).await
}

/// `DELETE /account/programs` ends the access of all programs.
pub async fn delete_programs(State(app): State<App>, caller: Caller) -> Result<impl IntoResponse, ApiError> {
    let programs = visible(&app, &caller).await?;
    end(programs, &app, &caller).await
}

/// The programs that the caller may list, and whose access the caller may end.
async fn visible(app: &App, caller: &Caller) -> Result<Vec<Connected>, Fault> {
    let usage = caller.store.usage();
    let mut programs = app.store.programs(&caller.owner, app.clock.now(), usage).await?;
    let credential = usage.credential();
    let is_own = |program: &Connected| credential.is_some_and(|own| own.id == program.grant.public());
    if calling_page(&programs, credential).is_none() && !credential.is_some_and(CredentialId::is_key) {
        programs.retain(is_own);
    }
    Ok(programs)
}

/// If the caller is the page of this service, ends the access of this page.
pub async fn end_own_page(app: &App, caller: &Caller) -> Result<(), Fault> {
    let usage = caller.store.usage();
    if usage.credential().is_none_or(CredentialId::is_key) {
        return Ok(());
    }
    let programs = app.store.programs(&caller.owner, app.clock.now(), usage).await?;
    match calling_page(&programs, usage.credential()) {
        Some(page) => app.store.end_program(&caller.owner, page, usage).await,
        None => Ok(()),
    }
}

/// If the caller with this credential is the page of this service, returns the access of this page.
fn calling_page<'p>(programs: &'p [Connected], caller: Option<&CredentialId>) -> Option<&'p Connected> {
    let own = programs.iter().find(|program| caller.is_some_and(|caller| caller.id == program.grant.public()));
    own.filter(|program| program.place == Place::Page)
}

async fn end(programs: Vec<Connected>, app: &App, caller: &Caller) -> Result<impl IntoResponse + use<>, ApiError> {
    for program in &programs {
        app.store.end_program(&caller.owner, program, caller.store.usage()).await?;
    }
    Ok(Json(Ended { ended: programs.into_iter().map(Program::of).collect() }))
}
