//! Changes to lists: `/lists`.

use axum::{Json as JsonAnswer, extract::State};
use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    hints,
    write::{self, WithoutKey},
    written::ChangeMade,
};
use crate::{
    api::{
        access::caller::Caller,
        answer::{
            error::{ApiError, ErrorPath},
            fitting::is_zero,
        },
        request::extract::{Conditions, Json, NoQuery, Query},
    },
    app::App,
    domain::{
        idempotency::IdempotencyKey,
        input::list::WithoutEmpty,
        invalid::Invalid,
        limits,
        list_edit::{ListEdit, PresentLists},
        refusal::Refusal,
        text::ListName,
        todo::Status,
    },
    store::{Needs, Snapshot, WriteError, WriteRequest, WriteResult},
};

/// A change to one list, or the order of the lists.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: deserr::MergeWithError<Invalid>)]
pub struct UpdateLists {
    // List to change.
    #[deserr(default)]
    #[schema(value_type = ListName, inline, required = false)]
    list: Option<ListName>,
    // Its new name.
    #[deserr(default)]
    #[schema(value_type = ListName, inline, required = false)]
    rename_to: Option<ListName>,
    /// List that gets its todos; then it is gone.
    #[deserr(default)]
    #[schema(value_type = ListName, inline, required = false)]
    merge_into: Option<ListName>,
    /// true deletes it with its todos; merge_into keeps them.
    #[deserr(default)]
    #[schema(value_type = bool, required = false)]
    delete: Option<bool>,
    /// Lists that come first, in this order.
    #[deserr(default)]
    #[schema(value_type = Vec<ListName>, inline, required = false, max_items = 200, example = json!(["Inbox"]))]
    order: Option<WithoutEmpty<ListName>>,
    #[deserr(default)]
    #[schema(value_type = IdempotencyKey, inline, required = false)]
    idempotency_key: Option<IdempotencyKey>,
}

/// The lists after the call.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListsWritten {
    // All lists in their order.
    lists: Vec<String>,
    // How many more lists there are.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(value_type = i64, required = false)]
    more_lists: usize,
    /// Todos that were deleted with their list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = DeletedTodos, inline, required = false)]
    deleted: Option<DeletedTodos>,
    #[serde(flatten)]
    #[schema(inline)]
    made: ChangeMade,
}

/// Todos deleted with their list, by status before.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeletedTodos {
    #[schema(value_type = i64)]
    open: usize,
    #[schema(value_type = i64)]
    completed: usize,
}

/// Update lists
#[utoipa::path(
    patch, path = "/lists", operation_id = "updateLists", request_body = UpdateLists,
    summary = "Update lists",
    description = "Renames a list, merges it into another, deletes it, or puts lists in order. Send one of rename_to, merge_into, delete and order.",
    responses((status = 200, description = "Updated", body = ListsWritten), super::openapi::Errors),
)]
pub async fn update_lists(
    State(app): State<App>,
    caller: Caller,
    conditions: Conditions,
    _: Query<NoQuery>,
    Json { value: body, raw, .. }: Json<UpdateLists>,
) -> Result<JsonAnswer<ListsWritten>, ApiError> {
    let key = body.idempotency_key.clone();
    let edit = body.edit()?;
    let request = write::request(&app, "updateLists", "", &raw, &conditions, key, WithoutKey::Recognise)?;
    let all_of = edit.deleted().cloned().into_iter().collect();
    let needs = Needs::ReadLists { todos: Vec::new(), lists: edit.names(), all_of };
    let plan = |snapshot: &Snapshot| {
        edit.plan(&PresentLists {
            lists: &snapshot.lists,
            find: &|name| snapshot.list(name),
            todos: &snapshot.todos,
            settings: &snapshot.settings,
            now: snapshot.now,
        })
    };
    match write::perform(&app, &caller, &WriteRequest { needs, ..request }, plan).await {
        Ok(result) => Ok(JsonAnswer(ListsWritten::of(&app, &caller, &result).await?)),
        Err(WriteError::Refused(Refusal::NoSuchList(name))) => Err(no_such_list(&caller, &edit, name).await?),
        Err(error) => Err(ApiError::of_write(ErrorPath::Item)(match (error, edit.deleted()) {
            (WriteError::Refused(Refusal::TooLarge), Some(list)) => Refusal::ListTooLarge(list.clone()).into(),
            (error, _) => error,
        })),
    }
}

/// The error for the name of a list that does not exist. If there is a list with a similar name, the error names this
/// list.
async fn no_such_list(caller: &Caller, edit: &ListEdit, name: ListName) -> Result<ApiError, ApiError> {
    let mut hint = hints::of_list(&caller.store, &name).await?.unwrap_or_default();
    if matches!(edit, ListEdit::Merge { into, .. } if *into == name) {
        hint.push_str(" To give the list a new name, send rename_to instead.");
    } else if hint.ends_with("\".") {
        hint.push_str(" getOverview names all lists.");
    }
    Ok(ApiError::NoSuchList(hint))
}

impl UpdateLists {
    fn edit(self) -> Result<ListEdit, ApiError> {
        let Self { list, rename_to, merge_into, delete, order, .. } = self;
        let is_deleted = delete == Some(true) && merge_into.is_none();
        let number = [rename_to.is_some(), merge_into.is_some(), is_deleted, order.is_some()];
        if number.into_iter().filter(|is_sent| *is_sent).count() != 1 {
            return Err(ApiError::invalid(
                "",
                "must have exactly one of rename_to, merge_into, delete (true) and order",
            ));
        }
        if let Some(WithoutEmpty(order)) = order {
            if order.len() > limits::LISTS {
                let (most, number) = (limits::LISTS, order.len());
                let message =
                    format!("must be at most {most} lists, but there are {number}; send only the first lists");
                return Err(ApiError::invalid("order", message));
            }
            return match list {
                Some(_) => Err(ApiError::invalid("list", "cannot be sent together with `order`; send only `order`")),
                None => Ok(ListEdit::Order(order)),
            };
        }
        let list = list.ok_or_else(|| ApiError::invalid("list", "is missing: send the name of the list to change"))?;
        Ok(match (rename_to, merge_into) {
            (Some(to), _) => ListEdit::Rename { list, to },
            (_, Some(into)) => ListEdit::Merge { list, into },
            _ => ListEdit::Delete { list },
        })
    }
}

impl ListsWritten {
    async fn of(app: &App, caller: &Caller, result: &WriteResult) -> Result<Self, ApiError> {
        let mut lists = caller.store.lists().await?;
        result.lists.sort(&mut lists);
        let had = |status: Status| {
            let before = result.images.iter().filter_map(|image| image.before.as_ref());
            before.filter(|todo| todo.status == status).count()
        };
        let deleted = DeletedTodos { open: had(Status::Open), completed: had(Status::Completed) };
        Ok(Self {
            lists: lists.iter().take(limits::LISTS).map(|name| name.as_str().to_owned()).collect(),
            more_lists: lists.len().saturating_sub(limits::LISTS),
            deleted: (!result.images.is_empty() && !result.replayed).then_some(deleted),
            made: ChangeMade::of(result, &caller.zone(app)),
        })
    }
}
