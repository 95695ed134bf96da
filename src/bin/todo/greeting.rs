//! What `todo serve` says when it has started: the address of the list, the place of the data, and how an assistant
//! connects.

use std::env;

use super::{CallersBy, TABLE, place::quoted};

/// The greeting. `base_url` is the address of the server on this machine, and `public` is its public address. `kept` is
/// the data file, or the address of a DynamoDB server.
pub fn greeting(base_url: &str, public: &str, kept: &str, auth: CallersBy) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let addresses = format!(
        "todo-action {version} is running. Stop it with Ctrl-C.

  Your list  {public}
  Kept in    {kept} (todos, history and settings)
  API        {base_url}
  Document   {base_url}/openapi.json
  MCP        {base_url}/mcp
"
    );
    let steps = match auth {
        CallersBy::None => vec![connecting(public, auth)],
        CallersBy::ApiKey => vec![making_a_key(kept), connecting(public, auth)],
        CallersBy::OAuth => vec![registering(public), connecting(public, auth), making_a_key(kept)],
    };
    format!("{addresses}\n{}\n{}", steps.join("\n"), trying(base_url, auth))
}

fn registering(public: &str) -> String {
    format!("At the OpenID provider, register the redirect URI {public}/oauth/callback for this server.\n")
}

fn making_a_key(kept: &str) -> String {
    // The word with which the person can start this program again: its name, or its path after `cargo todo serve`.
    let program = quoted(&env::args().next().unwrap_or_else(|| "todo".to_owned()));
    let (server, place) = match kept.starts_with("http") {
        true => (format!("AWS_ENDPOINT_URL_DYNAMODB={kept} "), format!("--table {TABLE}")),
        false => (String::new(), format!("--data {}", quoted(kept))),
    };
    format!(
        "Make a key for a new list. To make a key for the list of a server with --auth none, add --owner me.
  export TODO_API_KEY=$({server}{program} keys create --name laptop {place})
"
    )
}

/// A line for each of the two assistants that connect with one command.
fn connecting(public: &str, auth: CallersBy) -> String {
    let (claude, codex) = match auth {
        CallersBy::None => ("", ""),
        CallersBy::ApiKey => {
            (" --header \"Authorization: Bearer $TODO_API_KEY\"", " --bearer-token-env-var TODO_API_KEY")
        }
        // `codex mcp add` sees that the server requires a sign-in, and begins the sign-in without a further command.
        CallersBy::OAuth => (" && claude mcp login todos", ""),
    };
    format!(
        "Connect Claude Code or Codex. For the other assistants, see {public}/connect
  claude mcp add --transport http todos {public}/mcp{claude}
  codex mcp add todos --url {public}/mcp{codex}
"
    )
}

/// Commands that add a todo, list the todos, and undo.
fn trying(base_url: &str, auth: CallersBy) -> String {
    let key = if auth == CallersBy::None { "" } else { " -H \"Authorization: Bearer $TODO_API_KEY\"" };
    let todo = r#"{"todos":[{"title":"Buy milk","list":"Shopping"}]}"#;
    format!(
        "Try it:
  curl -s {base_url}/todos{key} -H 'Content-Type: application/json' -d '{todo}'
  curl -s {base_url}/todos{key}
  curl -s {base_url}/undo{key} -X POST"
    )
}
