//! This todo service is a typical Rust program for Lambda. The service uses lambda_http, axum and
//! aws-config with their default settings. The service can only add, read, list and delete todos.

use std::sync::Arc;

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, ReturnValue},
};
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

const OWNER: &str = "user#rust-usual";

#[derive(Clone)]
struct App {
    dynamodb: Client,
    table: Arc<str>,
}

#[derive(Serialize, Deserialize)]
struct Todo {
    id: String,
    title: String,
    status: String,
    list: String,
    priority: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    version: u64,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
struct Item<'a> {
    owner: &'a str,
    sk: String,
    view: String,
    #[serde(flatten)]
    todo: &'a Todo,
}

#[derive(Deserialize)]
struct NewTodo {
    title: String,
    list: Option<String>,
    due: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    limit: Option<i32>,
}

struct Failed(Box<dyn std::error::Error + Send + Sync>);

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        lambda_http::tracing::error!(error = %self.0, "failed");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

fn sk(id: &str) -> AttributeValue {
    AttributeValue::S(format!("todo#{id}"))
}

fn owner() -> AttributeValue {
    AttributeValue::S(OWNER.to_owned())
}

async fn get_todo(State(app): State<App>, Path(id): Path<String>) -> Result<Response, Failed> {
    let request = app.dynamodb.get_item().table_name(&*app.table).key("owner", owner()).key("sk", sk(&id));
    match request.consistent_read(true).send().await?.item {
        Some(item) => Ok(Json(json!({ "todo": serde_dynamo::from_item::<_, Todo>(item)? })).into_response()),
        None => Ok(StatusCode::NOT_FOUND.into_response()),
    }
}

async fn get_todos(State(app): State<App>, Query(page): Query<Page>) -> Result<Response, Failed> {
    let request = app.dynamodb.query().table_name(&*app.table).index_name("timeline");
    let answer = request
        .key_condition_expression("#owner = :owner AND begins_with(#view, :open)")
        .expression_attribute_names("#owner", "owner")
        .expression_attribute_names("#view", "view")
        .expression_attribute_values(":owner", owner())
        .expression_attribute_values(":open", AttributeValue::S("open#".to_owned()))
        .consistent_read(true)
        .limit(page.limit.unwrap_or(50))
        .send()
        .await?;
    let todos: Vec<Todo> = serde_dynamo::from_items(answer.items.unwrap_or_default())?;
    Ok(Json(json!({ "todos": todos })).into_response())
}

async fn add_todo(State(app): State<App>, Json(new): Json<NewTodo>) -> Result<Response, Failed> {
    if !(1..=500).contains(&new.title.chars().count()) {
        return Ok(StatusCode::UNPROCESSABLE_ENTITY.into_response());
    }
    let id = uuid::Uuid::new_v4().to_string();
    let now = jiff::Timestamp::now().to_string();
    let todo = Todo {
        id: id.clone(),
        title: new.title,
        status: "open".to_owned(),
        list: new.list.unwrap_or_else(|| "Inbox".to_owned()),
        priority: "normal".to_owned(),
        due: new.due,
        version: 1,
        created_at: now.clone(),
        updated_at: now,
    };
    let view = format!("open#{}#{id}", todo.due.as_deref().unwrap_or("~"));
    let item = serde_dynamo::to_item(Item { owner: OWNER, sk: format!("todo#{id}"), view, todo: &todo })?;
    let request = app.dynamodb.put_item().table_name(&*app.table).set_item(Some(item));
    request.condition_expression("attribute_not_exists(sk)").send().await?;
    Ok((StatusCode::CREATED, Json(json!({ "todo": todo }))).into_response())
}

async fn delete_todo(State(app): State<App>, Path(id): Path<String>) -> Result<Response, Failed> {
    let request = app.dynamodb.delete_item().table_name(&*app.table).key("owner", owner()).key("sk", sk(&id));
    match request.return_values(ReturnValue::AllOld).send().await?.attributes {
        Some(item) => Ok(Json(json!({ "todo": serde_dynamo::from_item::<_, Todo>(item)? })).into_response()),
        None => Ok(StatusCode::NOT_FOUND.into_response()),
    }
}

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    lambda_http::tracing::init_default_subscriber();
    let config = aws_config::load_from_env().await;
    let table = std::env::var("TABLE_NAME")?.into();
    let app = App { dynamodb: Client::new(&config), table };
    let router = Router::new()
        .route("/todos", get(get_todos).post(add_todo))
        .route("/todos/{id}", get(get_todo).delete(delete_todo))
        .with_state(app);
    lambda_http::run(router).await
}
