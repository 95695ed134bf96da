//! Stores an API key and an access token in the table, so that the benchmark can measure what a credential adds to the
//! costs of a request. Both credentials open the todos of the same owner.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::{
    Result,
    dynamodb::{ACCESS_KEY, DynamoDb},
    runtime_api::Program,
    script,
};

/// The measured requests that contain a credential.
pub const REQUESTS: [Request; 2] = [
    Request { name: "getTodo, with an API key", secret: |credentials| &credentials.key },
    Request { name: "getTodo, with an access token", secret: |_| TOKEN },
];

/// The owner whose todos a function reads if the function needs no credential.
const OWNER: &str = "me";
/// The address at which the access token is valid.
const PUBLIC_URL: &str = "https://todo.example.com";

/// An access token in the format of `src/domain/token.rs`. The secret part of this access token is not random: we chose
/// its letters. We calculated the checksum of the token with SHA-256. We also calculated the two hashes below with
/// SHA-256. The access token is valid only in the benchmark.
const TOKEN: &str = "todoat_BenchmarkGrant00000000BenchmarkSecret00000000000000000000000000003rYwSc";
/// SHA-256 of the access token.
const TOKEN_HASH: &str = "d799ded2e4ebf2d1f4a9dc49bef618ad7152223ae783238f9352256bc33090de";
/// The id of the grant that the access token belongs to. The access token contains this id.
const GRANT: &str = "BenchmarkGrant00000000";
/// The public id of the grant: the first digits of the SHA-256 of [`GRANT`].
const PUBLIC_GRANT: &str = "0f20a27f4468";

/// A measured request that contains a credential.
pub struct Request {
    pub name: &'static str,
    secret: fn(&Credentials) -> &str,
}

/// The credentials in a table.
pub struct Credentials {
    key: String,
}

impl Credentials {
    /// Makes an API key and a grant, and stores both in the table. The grant contains an access token.
    pub fn store(todo: &Path, dynamodb: &DynamoDb) -> Result<Self> {
        for item in [grant(), entry()] {
            dynamodb.put(item)?;
        }
        let made = Command::new(todo)
            .args(["keys", "create", "--name", "Benchmark", "--owner", OWNER, "--table", "todos"])
            .envs([ACCESS_KEY, ("AWS_SECRET_ACCESS_KEY", "local"), ("AWS_REGION", "eu-west-1")])
            .env("AWS_ENDPOINT_URL_DYNAMODB", format!("http://{}", dynamodb.address))
            .output()?;
        if !made.status.success() {
            return Err(format!("todo keys create: {}", String::from_utf8_lossy(&made.stderr)).into());
        }
        Ok(Self { key: String::from_utf8(made.stdout)?.trim().to_owned() })
    }
}

impl Request {
    /// Creates `count` events that read these todos with the credential.
    pub fn events(&self, credentials: &Credentials, ids: &[String], count: usize) -> Vec<String> {
        let authorization = json!(format!("Bearer {}", (self.secret)(credentials)));
        let read = |id: &String| {
            let event = script::event("GET", &format!("/todos/{id}"), "", None);
            let mut event: Value = serde_json::from_str(&event).unwrap_or_default();
            event["headers"]["authorization"] = authorization.clone();
            event.to_string()
        };
        ids.iter().cycle().take(count).map(read).collect()
    }
}

/// Returns the program with more environment variables. With these variables, the function accepts only requests with
/// an API key or an access token.
pub fn with_sign_in(mut program: Program) -> Program {
    let environment = [
        ("AUTH_MODE", "oauth"),
        ("OAUTH_ISSUER", "https://id.example.com"),
        ("OAUTH_CLIENT_ID", "todo"),
        ("OAUTH_PEOPLE", "everybody"),
        ("PUBLIC_URL", PUBLIC_URL),
    ];
    program.environment.extend(environment.map(|(name, value)| (name.to_owned(), value.to_owned())));
    program
}

/// The grant with the access token, in the format of `src/domain/grant.rs` and `src/store/grants.rs`. If this format
/// changes, the function cannot read the grant any more. Then the request gets an error, and the benchmark fails.
fn grant() -> Value {
    json!({
        "owner": { "S": format!("grant#{GRANT}") },
        "sk": { "S": "grant" },
        "table": { "S": "todos" },
        "id": { "S": GRANT },
        "person": { "S": OWNER },
        "program": { "M": {
            "client": { "S": "not used" },
            "name": { "S": "Benchmark" },
            "place": { "S": "this_computer" },
        } },
        "scope": { "S": "todos" },
        "resource": { "S": PUBLIC_URL },
        "created_at": { "S": "2026-11-27T00:00:00Z" },
        "valid_until": { "S": "2100-01-01T00:00:00Z" },
        "listed_until": { "S": "2100-01-02T00:00:00Z" },
        "code": { "M": {
            "hash": { "S": "not used" },
            "redirect_uri": { "S": "http://127.0.0.1/callback" },
            "challenge": { "S": "not used" },
        } },
        "access": { "L": [{ "M": {
            "hash": { "S": TOKEN_HASH },
            "valid_until": { "S": "2100-01-01T00:00:00Z" },
        } }] },
        "version": { "N": "2" },
    })
}

/// The entry of the grant in the partition of the owner. The function notes in this entry that the program has used its
/// access. The entry needs no attributes except the primary key.
fn entry() -> Value {
    json!({ "owner": { "S": format!("user#{OWNER}") }, "sk": { "S": format!("grant#{PUBLIC_GRANT}") } })
}
