//! This program shows the lowest possible cost of a Lambda function that uses DynamoDB. The program uses only the
//! standard library, and no TLS. The program signs requests with its own code, and searches JSON texts without a JSON
//! parser. The program does not handle errors and does not validate requests. This program is not a model for a real
//! service.

mod http;
mod signature;

use std::time::{SystemTime, UNIX_EPOCH};

use http::Connection;
use signature::Signer;

const OWNER: &str = "user#floor";

struct App {
    dynamodb: Connection,
    signer: Signer,
    table: String,
    random: std::fs::File,
}

fn main() -> std::io::Result<()> {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let endpoint = variable("AWS_ENDPOINT_URL_DYNAMODB");
    let mut runtime = Connection::open(&variable("AWS_LAMBDA_RUNTIME_API"))?;
    let mut app = App {
        dynamodb: Connection::open(endpoint.trim_start_matches("http://"))?,
        signer: Signer::from_env(variable),
        table: variable("TABLE_NAME"),
        random: std::fs::File::open("/dev/urandom")?,
    };
    loop {
        let (head, event) = runtime.send("GET", "/2018-06-01/runtime/invocation/next", &[], "")?;
        let id = http::header(&head, "lambda-runtime-aws-request-id").to_owned();
        let (status, body) = app.answer(&event)?;
        let answer = format!(
            r#"{{"statusCode":{status},"headers":{{"content-type":"application/json"}},"body":"{}"}}"#,
            escape(&body)
        );
        runtime.send("POST", &format!("/2018-06-01/runtime/invocation/{id}/response"), &[], &answer)?;
    }
}

impl App {
    fn answer(&mut self, event: &str) -> std::io::Result<(u16, String)> {
        let id = text(event, "rawPath").strip_prefix("/todos/");
        match (text(event, "method"), id) {
            ("GET", Some(id)) => {
                let item = self.call("GetItem", &format!(r#"{},"ConsistentRead":true"#, key(id)))?;
                Ok((200, format!(r#"{{"todo":{}}}"#, plain(&item))))
            }
            ("DELETE", Some(id)) => {
                let item = self.call("DeleteItem", &format!(r#"{},"ReturnValues":"ALL_OLD""#, key(id)))?;
                Ok((200, format!(r#"{{"todo":{}}}"#, plain(&item))))
            }
            ("POST", None) => self.add(&unescape(text(event, "body"))),
            _ => {
                let limit = text(event, "limit");
                let query = format!(
                    r##""IndexName":"timeline","ConsistentRead":true,"Limit":{limit},"KeyConditionExpression":"#o = :o AND begins_with(#v, :v)","ExpressionAttributeNames":{{"#o":"owner","#v":"view"}},"ExpressionAttributeValues":{{":o":{{"S":"{OWNER}"}},":v":{{"S":"open#"}}}}"##
                );
                let items = self.call("Query", &query)?;
                let todos: Vec<_> = items.split("}},{").map(plain).collect();
                Ok((200, format!(r#"{{"todos":[{}]}}"#, todos.join(","))))
            }
        }
    }

    fn add(&mut self, body: &str) -> std::io::Result<(u16, String)> {
        let mut bytes = [0; 10];
        std::io::Read::read_exact(&mut self.random, &mut bytes)?;
        let id = signature::hex(&bytes);
        let now = signature::Time::of(since_1970()).rfc3339();
        let (title, list, due) = (text(body, "title"), text(body, "list"), text(body, "due"));
        let item = format!(
            r#""Item":{{"owner":{{"S":"{OWNER}"}},"sk":{{"S":"todo#{id}"}},"view":{{"S":"open#{due}#{id}"}},"id":{{"S":"{id}"}},"title":{{"S":"{title}"}},"status":{{"S":"open"}},"list":{{"S":"{list}"}},"priority":{{"S":"normal"}},"due":{{"S":"{due}"}},"version":{{"N":"1"}},"created_at":{{"S":"{now}"}},"updated_at":{{"S":"{now}"}}}},"ConditionExpression":"attribute_not_exists(sk)""#
        );
        self.call("PutItem", &item)?;
        Ok((
            201,
            format!(
                r#"{{"todo":{{"id":"{id}","title":"{title}","status":"open","list":"{list}","priority":"normal","due":"{due}","version":1,"created_at":"{now}","updated_at":"{now}"}}}}"#
            ),
        ))
    }

    fn call(&mut self, operation: &str, members: &str) -> std::io::Result<String> {
        let body = format!(r#"{{"TableName":"{}",{members}}}"#, self.table);
        let headers = self.signer.headers(operation, &body, self.dynamodb.host(), since_1970());
        self.dynamodb.send("POST", "/", &headers, &body).map(|(_, answer)| answer)
    }
}

fn key(id: &str) -> String {
    format!(r#""Key":{{"owner":{{"S":"{OWNER}"}},"sk":{{"S":"todo#{id}"}}}}"#)
}

/// Converts a DynamoDB item to the JSON of a todo. The JSON contains only the attributes that callers see, and contains
/// no DynamoDB types.
fn plain(item: &str) -> String {
    let attribute = |name: &str| {
        let value = item.split_once(&format!(r#""{name}":{{"S":""#)).map(|(_, rest)| rest);
        let value = value.and_then(|rest| rest.split_once("\"}")).map_or("", |(value, _)| value);
        format!(r#""{name}":"{value}""#)
    };
    let names = ["id", "title", "status", "list", "priority", "due", "created_at", "updated_at"];
    format!(r#"{{{},"version":1}}"#, names.map(attribute).join(","))
}

/// Returns the first string value with this name in a JSON text.
fn text<'a>(json: &'a str, name: &str) -> &'a str {
    let Some((_, rest)) = json.split_once(&format!(r#""{name}":"#)) else { return "" };
    let rest = rest.trim_start().trim_start_matches('"');
    let mut escaped = false;
    let end = rest.find(|letter| {
        let end = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        end
    });
    &rest[..end.unwrap_or(rest.len())]
}

fn escape(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', r#"\""#)
}

fn unescape(text: &str) -> String {
    text.replace(r#"\""#, "\"").replace(r"\\", "\\")
}

fn since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
