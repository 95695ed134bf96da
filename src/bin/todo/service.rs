//! The service of one person's list, for the commands that use the API: in a data file, in a table on AWS, or in a
//! deployment.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{Method, StatusCode, header},
};
use clap::Args;
use serde_json::Value;
use todo_action::{
    api,
    app::{App, Clock, Ids},
    config::{Auth, AuthMode, Config, base_url},
    domain::owner::Owner,
};
use tower::ServiceExt;

use super::{Failure, deployment, place::Place};

/// The maximum size of one answer, in bytes. An answer of Lambda has at most 6 MB.
const LARGEST_ANSWER: usize = 10 * 1024 * 1024;

/// The address of `todo serve`, if the person has not chosen another address.
const SERVE: &str = "http://127.0.0.1:9000";

/// Whose list a command uses, and where the list is.
#[derive(Args)]
pub struct Whose {
    /// The owner of the list, if the data file or the table has several lists. `todo keys list` and `todo people list`
    /// show the owners.
    #[arg(long, global = true, default_value = "me", conflicts_with = "url")]
    owner: String,
    /// Address of a deployment. The API key comes from the environment variable TODO_API_KEY.
    #[arg(long, global = true, conflicts_with_all = ["table", "region", "data"])]
    url: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// The API for one list.
pub struct Service {
    pub router: Router,
    /// Whether the API runs in a deployment, and not in this process.
    pub is_remote: bool,
}

impl Whose {
    /// Opens the list. In its answers, the service gives `address` as its own address. If `address` is `None`, it gives
    /// PUBLIC_URL. If PUBLIC_URL is not set, and the list is in a data file, it gives the address of `todo serve`. A
    /// deployment knows its own address.
    pub async fn service(self, address: Option<String>) -> Result<Service, Failure> {
        self.open(address, false).await
    }

    /// Opens the list. If the owner is `me`, the list may be new.
    pub async fn service_or_new(self) -> Result<Service, Failure> {
        let may_be_new = self.owner == "me";
        self.open(None, may_be_new).await
    }

    async fn open(self, address: Option<String>, may_be_new: bool) -> Result<Service, Failure> {
        if let Some(url) = self.url {
            let router = deployment::router(base_url("--url", &url)?.trim_end_matches("/mcp"))?;
            return Ok(Service { router, is_remote: true });
        }
        let owner = Owner::parse(&self.owner).map_err(|error| format!("--owner {error}"))?;
        let is_file = self.place.file()?.is_some();
        let shown = self.place.shown()?;
        let store = if may_be_new { self.place.store().await? } else { self.place.existing_store().await? };
        if !may_be_new && !store.knows(&owner).await? {
            return Err(format!(
                "{shown} has no list of the owner {}; use --owner to choose another owner (`todo keys list` and `todo \
                 people list` show the owners)",
                owner.as_str()
            )
            .into());
        }
        let config = Config::from_env(AuthMode::None)?;
        let public_url = address.or(config.public_url).or(is_file.then(|| SERVE.to_owned()));
        let config = Config { auth: Auth::None(owner), public_url, ..config };
        let router = api::router(App::new(config, store, Clock::system(), Ids::random()), Router::new());
        Ok(Service { router, is_remote: false })
    }
}

impl Service {
    /// Sends a request, and returns the body of its answer. If the service refuses the request, the error says why.
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Vec<u8>, Failure> {
        let request = Request::builder().method(method).uri(path);
        let request = match body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(body.to_string().into())?,
            None => request.body(Body::empty())?,
        };
        let answer = self.router.clone().oneshot(request).await?;
        let (status, body) = (answer.status(), to_bytes(answer.into_body(), LARGEST_ANSWER).await?);
        if status.is_success() { Ok(body.to_vec()) } else { Err(refusal(status, &body).into()) }
    }
}

/// Tells the person at the terminal why the service has refused a request.
fn refusal(status: StatusCode, body: &[u8]) -> String {
    let problem: Value = serde_json::from_slice(body).unwrap_or_default();
    match status {
        StatusCode::UNAUTHORIZED => "the deployment does not accept the API key in TODO_API_KEY".to_owned(),
        StatusCode::BAD_GATEWAY => "the deployment does not answer; try again later".to_owned(),
        StatusCode::UNPROCESSABLE_ENTITY => {
            let error = |part: &str| problem["errors"][0][part].as_str().unwrap_or_default().to_owned();
            format!("{} {}", error("path"), error("message")).trim().to_owned()
        }
        _ if problem["code"] == "no_public_url" => {
            "name the address of the deployment with --address or PUBLIC_URL".to_owned()
        }
        _ => format!("{status}: {}", problem["detail"].as_str().unwrap_or("the answer does not say why")),
    }
}
