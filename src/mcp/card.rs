//! The card in the chat, on which a person ticks todos. It follows the extension MCP Apps, version 2026-01-26
//! (<https://github.com/modelcontextprotocol/ext-apps>). A host of this extension reads the file of the card, shows the
//! card in a frame, and gives the result of the tool to the card. Other clients show only the text of the result.

use rmcp::model::{
    CacheScope, ExtensionCapabilities, ListResourcesResult, MetaObject, ReadResourceResult, ResourceContents, Tool,
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::FRESH_MS;

/// The tool that shows the card. This tool is a second name of the operation `SHOWN`.
pub const TOOL: &str = "showTodos";
/// The operation whose answer the card shows.
pub const SHOWN: &str = "getTodos";

/// The whole card, which `npm run build` makes from `web/src/card`.
const FILE: &str = include_str!("../../web/dist/card.html");
const EXTENSION: &str = "io.modelcontextprotocol/ui";
const MEDIA_TYPE: &str = "text/html;profile=mcp-app";
const BEFORE_HASH: &str = "ui://todo-action/todos-";
const AFTER_HASH: &str = ".html";

/// The extension that the server declares.
pub fn extension() -> ExtensionCapabilities {
    ExtensionCapabilities::from([(EXTENSION.to_owned(), Map::new())])
}

/// Makes the tool from the tool of the operation `SHOWN`: the arguments and the hints are the same. The new tool has no
/// output schema, because the tool of the operation has the same schema, and a model would need tokens to read the
/// schema again. `visibility` says that only a model calls this tool. The card itself calls the tool of the operation.
pub fn tool(shown: &Tool) -> Tool {
    let mut tool = shown.clone();
    tool.name = TOOL.into();
    tool.title = Some("Show todos".to_owned());
    tool.description = Some("getTodos as a card in the chat, on which the person can tick them.".into());
    tool.output_schema = None;
    if let Some(annotations) = &mut tool.annotations {
        annotations.title.clone_from(&tool.title);
    }
    let hash = hex::encode(&Sha256::digest(FILE)[..8]);
    let uri = format!("{BEFORE_HASH}{hash}{AFTER_HASH}");
    let MetaObject(meta) = tool.meta.get_or_insert_default();
    meta.insert("ui".to_owned(), json!({ "resourceUri": uri, "visibility": ["model"] }));
    tool
}

/// The list of resources is empty. Hosts find the address of the card in the tool. Some clients let a model read every
/// resource of the list, and the card would cost the model thousands of tokens.
pub fn resources() -> ListResourcesResult {
    ListResourcesResult::with_all_items(Vec::new()).with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Public)
}

/// Returns the card if `uri` is an address of the card. The address contains a hash of the file, so a host that caches
/// the file asks again after an update. An old conversation asks with an old hash, and gets the present file too.
pub fn read(uri: &str) -> Option<ReadResourceResult> {
    let hash = uri.strip_prefix(BEFORE_HASH)?.strip_suffix(AFTER_HASH)?;
    if hash.is_empty() || !hash.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let contents = ResourceContents::text(FILE, uri).with_mime_type(MEDIA_TYPE).with_meta(meta());
    let result = ReadResourceResult::new(vec![contents]);
    Some(result.with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Public))
}

/// The empty lists forbid the card every address. Without these lists, each host decides itself which addresses the
/// card may use.
fn meta() -> MetaObject {
    let csp = json!({ "connectDomains": [], "resourceDomains": [], "frameDomains": [], "baseUriDomains": [] });
    let ui: Value = json!({ "csp": csp, "prefersBorder": false });
    MetaObject(Map::from_iter([("ui".to_owned(), ui)]))
}
