//! The MCP server: its description, its tools, and the results of tool calls.

use std::sync::{Arc, OnceLock};

use axum::{
    Router,
    body::to_bytes,
    http::request::Parts,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, CustomRequest, CustomResult,
        DiscoverResult, ErrorCode, Icon, Implementation, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
        ProtocolVersion, ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities, ServerConfig, Tool,
    },
    service::RequestContext,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{FRESH_MS, call, card, tools::Tools};
use crate::api::{FAVICON, InnerOperation, declared_operations, short};

/// Instructions that a model must know in addition to the tools. Some clients show a model only the first 512
/// characters of the instructions. So the first 512 characters contain the most important instructions.
const INSTRUCTIONS: &str = "A person's TODO list. Put all todos that a wish is about into one call. Lists go by name. Look todos \
    up, never guess an id and never show one. When the person regrets something, call undoChange: every change can be undone \
    for 30 days. The service does not remind, notify or share by itself; never promise that. If an answer's `now` has \
    time_zone_not_set, ask the person for the time zone, and set it with updateSettings. \"What's on?\" is getOverview, which \
    also tells the person's date and time. After a change say in one line what changed, by title; a new list in the answer may \
    be a typo. When a call fails, do what its detail says.";

/// The MCP server of a deployment. Several transports can share one MCP server.
#[derive(Clone)]
pub struct Server {
    /// This function makes the OpenAPI document of the operations.
    document: Arc<dyn Fn() -> Value + Send + Sync>,
    /// The tools of the OpenAPI document. The server makes the tools when a client first asks for the tools. When an
    /// instance of the Lambda function starts, its first request usually needs no tools.
    tools: Arc<OnceLock<Tools>>,
    operations: Router,
}

impl Server {
    /// Makes a server whose tools are the operations of this document. The router `operations` answers the tool calls.
    /// Clients can also call operations that are not in the list of tools.
    pub fn new(document: impl Fn() -> Value + Send + Sync + 'static, operations: Router) -> Self {
        Self { document: Arc::new(document), tools: Arc::default(), operations }
    }

    fn tools(&self) -> &Tools {
        self.tools.get_or_init(|| Tools::read(&(self.document)(), declared_operations()))
    }

    async fn called(&self, call: CallToolRequestParams, outer: Option<&Parts>) -> Result<CallToolResult, ErrorData> {
        let name = &*call.name;
        let unknown = || ErrorData::invalid_params(format!("There is no tool {}; see tools/list.", short(name)), None);
        let operation = self.tools().operation(name).ok_or_else(unknown)?;
        let response = match operation.request(call.arguments.unwrap_or_default()) {
            Ok(mut request) => {
                if let Some(outer) = outer {
                    call::on_behalf_of(outer, &mut request);
                }
                self.operations.clone().oneshot(request).await.into_response()
            }
            Err(problem) => problem.into_response(),
        };
        if let Some(inner) = outer.and_then(|outer| outer.extensions.get::<Arc<InnerOperation>>()) {
            inner.record(name, "mcp", &response);
        }
        result(response).await
    }
}

/// Turns the answer of an operation into the result of a tool call. Structured content must fit the output schema of
/// the tool. A problem document does not fit the output schema, so the server sends a problem document only as text.
async fn result(response: Response) -> Result<CallToolResult, ErrorData> {
    let success = response.status().is_success();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&body).into_owned();
    if !success {
        return Ok(CallToolResult::error(vec![ContentBlock::text(text)]));
    }
    let value = serde_json::from_str(&text).map_err(|_| ErrorData::internal_error("The answer is not JSON.", None))?;
    let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
    result.structured_content = Some(value);
    Ok(result)
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let icon = format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(FAVICON));
        let icon = Icon::new(icon).with_mime_type("image/svg+xml").with_sizes(vec!["any".to_owned()]);
        let info = Implementation::new("todo-action", env!("CARGO_PKG_VERSION"))
            .with_title("TODO list")
            .with_description("A person's todos. Every change is recorded and can be undone for 30 days.")
            .with_icons(vec![icon]);
        let capabilities = ServerCapabilities::builder().enable_tools().enable_resources();
        let capabilities = capabilities.enable_extensions_with(card::extension()).build();
        ServerConfig::new(capabilities).with_server_info(info).with_instructions(INSTRUCTIONS)
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let versions = self.supported_protocol_versions().into_owned();
        let discovered = DiscoverResult::from_server_info(versions, self.get_info());
        Ok(discovered.with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Public))
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = ListToolsResult::with_all_items(self.tools().list());
        Ok(tools.with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Public))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.tools().get(name).cloned()
    }

    async fn call_tool(
        &self,
        call: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.called(call, context.extensions.get::<Parts>()).await.map(CallToolResponse::from)
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(card::resources())
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let unknown = || {
            let uri = short(&request.uri);
            ErrorData::resource_not_found(format!("There is no resource {uri}."), Some(json!({ "uri": uri })))
        };
        card::read(&request.uri).map(ReadResourceResponse::from).ok_or_else(unknown)
    }

    /// The SDK calls this function if the SDK does not know the method of a request. The SDK also calls this function
    /// if the SDK knows the method but cannot read the parameters.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let without_initialize =
            context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28);
        let known = match request.method.as_str() {
            "tools/list" | "tools/call" | "server/discover" | "resources/list" | "resources/read" => true,
            "initialize" | "ping" => !without_initialize,
            _ => false,
        };
        if known {
            let message = if request.method == "tools/call" {
                "The `params` of tools/call must have a text `name`. If `params` also has `arguments`, `arguments` must be an object."
                    .to_owned()
            } else {
                format!("The `params` of {} do not match the MCP specification.", request.method)
            };
            return Err(ErrorData::invalid_params(message, None));
        }
        let message =
            format!("There is no method {}; this server has tools, and the card of a tool.", short(&request.method));
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, message, None))
    }
}
