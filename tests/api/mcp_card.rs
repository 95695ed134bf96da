//! Tests the card in the chat as a host of the extension MCP Apps uses the card: the tool, its result, and the file.

use serde_json::{Value, json};

use super::{
    harness::Api,
    mcp::{Client, NEW, OLD},
    mcp_tools::tools,
};

/// The whole card.
const FILE: &str = include_str!("../../web/dist/card.html");

fn named<'a>(tools: &'a [Value], name: &str) -> &'a Value {
    tools.iter().find(|tool| tool["name"] == name).unwrap()
}

/// The address of the card.
async fn address(api: &Api) -> String {
    named(&tools(api).await, "showTodos")["_meta"]["ui"]["resourceUri"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn only_the_tool_that_shows_todos_has_a_card_and_it_takes_the_filters_of_get_todos() {
    let api = Api::new();
    let tools = tools(&api).await;
    let with_card: Vec<_> = tools.iter().filter(|tool| tool["_meta"].get("ui").is_some()).collect();
    assert_eq!(with_card.len(), 1);
    let (shows, reads) = (with_card[0], named(&tools, "getTodos"));
    assert_eq!((&shows["name"], &shows["title"]), (&json!("showTodos"), &json!("Show todos")));
    assert_eq!(shows["inputSchema"], reads["inputSchema"]);
    // A model finds the schema of the answer in the tool `getTodos`.
    assert!(shows.get("outputSchema").is_none());
    assert_eq!(shows["_meta"]["securitySchemes"], reads["_meta"]["securitySchemes"]);
    assert_eq!(shows["_meta"]["ui"]["visibility"], json!(["model"]));
    let mut hints = reads["annotations"].clone();
    hints["title"] = json!("Show todos");
    assert_eq!(shows["annotations"], hints);
    assert!(api.get("/openapi.json").await.body.to_string().find("showTodos").is_none());
}

#[tokio::test]
async fn the_result_is_that_of_get_todos_so_it_is_as_useful_without_the_card() {
    let api = Api::new();
    api.add(&["a", "b"]).await;
    for version in [OLD, NEW] {
        let client = Client::new(&api, version);
        for arguments in [json!({}), json!({"limit": 1, "status": "any"}), json!({"list": "Nowhere"})] {
            let shown = client.call("showTodos", arguments.clone()).await;
            assert_eq!(shown, client.call("getTodos", arguments).await);
            assert!(shown["structuredContent"]["todos"].is_array(), "{shown}");
        }
        let refused = client.problem("showTodos", json!({"lists": "a"})).await;
        assert_eq!(refused, client.problem("getTodos", json!({"lists": "a"})).await);
    }
}

#[tokio::test]
async fn the_address_of_the_card_is_answered_with_one_file_that_may_ask_nobody() {
    let api = Api::new();
    let address = address(&api).await;
    for version in [OLD, NEW] {
        let read = Client::new(&api, version).result("resources/read", json!({"uri": address})).await;
        let nobody = json!({"connectDomains": [], "resourceDomains": [], "frameDomains": [], "baseUriDomains": []});
        let card = json!({
            "uri": address, "mimeType": "text/html;profile=mcp-app", "text": FILE,
            "_meta": {"ui": {"csp": nobody, "prefersBorder": false}},
        });
        assert_eq!(read["contents"], json!([card]));
        assert!(read["ttlMs"].as_u64().unwrap() > 0 && read["cacheScope"] == "public");
    }
    for outside in ["http:", "https:", "//", " src=", "@import", "url("] {
        assert!(!FILE.replace("http://www.w3.org", "").contains(outside), "{outside}");
    }
    assert!(FILE.len() <= 15 * 1024, "{}", FILE.len());
}

#[tokio::test]
async fn an_old_conversation_gets_the_present_card() {
    let api = Api::new();
    let client = Client::new(&api, OLD);
    let old = "ui://todo-action/todos-0123456789abcdef.html";
    assert_ne!(address(&api).await, old);
    let read = client.result("resources/read", json!({"uri": old})).await;
    assert_eq!((&read["contents"][0]["uri"], &read["contents"][0]["text"]), (&json!(old), &json!(FILE)));
}

#[tokio::test]
async fn another_address_is_no_resource_and_a_model_is_offered_none() {
    let api = Api::new();
    let others = [
        "ui://todo-action/todos-.html",
        "ui://todo-action/todos-a/b.html",
        "ui://todo-action/todos-abc.html?x",
        "ui://other/todos-abc.html",
        "file:///etc/passwd",
    ];
    for (version, code) in [(OLD, -32002), (NEW, -32602)] {
        let client = Client::new(&api, version);
        for uri in others {
            let answer = client.ask("resources/read", json!({"uri": uri})).await;
            assert_eq!(answer.body["error"]["code"], code, "{uri}: {}", answer.text);
            assert_eq!(answer.body["error"]["data"]["uri"], uri);
        }
        let nameless = client.with("mcp-name", "a").ask("resources/read", json!({})).await;
        assert!(nameless.body["error"]["code"].is_i64(), "{}", nameless.text);
        assert_eq!(client.result("resources/list", json!({})).await["resources"], json!([]));
        assert_eq!(client.result("resources/templates/list", json!({})).await["resourceTemplates"], json!([]));
    }
}
