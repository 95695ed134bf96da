//! The rules for `openapi.json`. Some rules come from ChatGPT's importer, some rules help language models, and some
//! rules compare the document with the program. Each rule is a function that returns all violations. The list below
//! contains each rule, and examples of changes. After each change, the document violates the rule. For each rule, one
//! test checks that the shipped document has no violation. Another test makes each of these changes, and checks that
//! the rule returns a violation.

mod document;
mod importer;
mod product;

use serde_json::{Value, json};
use todo_action::{api::openapi, config::AuthMode};

type Rule = fn(&Value) -> Vec<String>;

fn shipped() -> Value {
    serde_json::from_str(include_str!("../../openapi.json")).expect("openapi.json is JSON")
}

macro_rules! rules {
    ($($module:ident::$rule:ident, broken by $($change:expr),+;)*) => {
        $(
            #[test]
            fn $rule() {
                let violations = $module::$rule(&shipped());
                assert!(violations.is_empty(), "openapi.json:\n{}", violations.join("\n"));
            }
        )*

        const RULES: &[(&str, Rule, fn(&mut Value))] = &[$($((stringify!($rule), $module::$rule, $change)),+),*];
    };
}

#[test]
fn every_rule_notices_when_it_is_broken() {
    for (name, rule, break_it) in RULES {
        let (before, mut document) = (rule(&shipped()), shipped());
        break_it(&mut document);
        let noticed = rule(&document).iter().any(|violation| !before.contains(violation));
        assert!(noticed, "{name} does not notice");
    }
}

/// If callers need a credential, the document is longer. ChatGPT's importer must accept the longer document too.
#[test]
fn every_rule_holds_however_callers_authenticate() {
    let of_the_shipped_document =
        ["the_document_is_what_the_handlers_say", "the_placeholder_for_the_address_occurs_once"];
    for mode in [AuthMode::ApiKey, AuthMode::OAuth, AuthMode::None] {
        let mut document = shipped();
        openapi::add_credential(&mut document, mode);
        assert_eq!(document == shipped(), mode == AuthMode::None);
        for (name, rule, _) in RULES.iter().filter(|(name, ..)| !of_the_shipped_document.contains(name)) {
            assert_eq!(rule(&document), [""; 0], "{name} with {mode:?}");
        }
    }
}

fn operation<'a>(document: &'a mut Value, method: &str, path: &str) -> &'a mut Value {
    &mut document["paths"][path][method]
}

fn schema<'a>(document: &'a mut Value, name: &str) -> &'a mut Value {
    &mut document["components"]["schemas"][name]
}

fn parameter<'a>(document: &'a mut Value, name: &str) -> &'a mut Value {
    let parameters = document["paths"]["/todos"]["get"]["parameters"].as_array_mut();
    let named = parameters.into_iter().flatten().find(|parameter| parameter["name"] == name);
    named.expect("getTodos has the parameter")
}

fn oauth(url: &str) -> Value {
    let flow = json!({"authorizationUrl": url, "tokenUrl": "https://example.com/oauth/token", "scopes": {}});
    json!({"type": "oauth2", "flows": {"authorizationCode": flow}})
}

rules! {
    importer::summaries_and_descriptions_of_operations_have_at_most_300_characters, broken by
        |document| operation(document, "get", "/todos")["description"] = json!("é".repeat(301));
    importer::descriptions_of_parameters_and_fields_have_at_most_700_characters, broken by
        |document| parameter(document, "q")["description"] = json!("é".repeat(701));
    importer::descriptions_do_not_tell_the_gpt_when_to_call, broken by
        |document| operation(document, "post", "/todos")["description"] = json!("Use this when a task comes up.");
    importer::no_operation_asks_to_be_confirmed, broken by
        |document| drop(operation(document, "post", "/todos")["x-openai-isConsequential"].take());
    importer::all_content_is_json, broken by
        |document| operation(document, "get", "/overview")["responses"]["200"]["content"]["text/html"] = json!({});
    importer::what_a_header_can_say_a_body_can_say_too, broken by
        |document| drop(schema(document, "AddTodos")["properties"]["idempotency_key"].take());
    importer::a_security_scheme_is_a_key_or_oauth, broken by
        |document| document["components"]["securitySchemes"] = json!({"key": {"type": "apiKey", "in": "query"}});
    importer::oauth_addresses_share_the_root_domain_of_the_api, broken by
        |document| document["components"]["securitySchemes"] = json!({"oauth": oauth("https://login.example.org/")});
    importer::no_operation_is_open_to_everybody, broken by
        |document| operation(document, "get", "/todos")["security"] = json!([]);
    importer::the_version_of_openapi_is_3_1_0, broken by
        |document| document["openapi"] = json!("3.0.3");
    importer::there_are_at_most_30_operations, broken by
        |document| (0..30).for_each(|number| document["paths"][format!("/{number}")] = json!({"get": {}}));
    importer::the_one_server_is_absolute_https_in_lower_case_without_port, broken by
        |document| document["servers"][0]["url"] = json!("http://todo.example.com"),
        |document| document["servers"][0]["url"] = json!("https://todo.example.com:443"),
        |document| document["servers"][0]["url"] = json!("https://todo.example.com/Prod"),
        |document| document["servers"] = json!([document["servers"][0], {"url": "https://todo.example.org"}]);
    importer::every_operation_has_an_operation_id_of_its_own, broken by
        |document| operation(document, "get", "/overview")["operationId"] = json!("getTodos");
    importer::there_are_component_schemas, broken by
        |document| drop(document["components"].take());
    importer::no_parameter_holds_a_reference, broken by
        |document| parameter(document, "status")["schema"] = json!({"$ref": "#/components/schemas/Status"});
    importer::every_parameter_stands_in_the_path_or_the_query, broken by
        |document| parameter(document, "cursor")["in"] = json!("header");
    importer::there_is_at_most_one_security_scheme, broken by
        |document| document["components"]["securitySchemes"] = json!({"one": {}, "two": {}});
    importer::every_object_names_its_properties, broken by
        |document| schema(document, "Todo")["properties"]["extra"] = json!({"type": "object"}),
        |document| schema(document, "Todo")["additionalProperties"] = json!({"type": "string"});
    importer::every_schema_has_one_type, broken by
        |document| schema(document, "Todo")["properties"]["extra"] = json!({"description": "anything"});
    importer::nothing_is_a_union_with_null, broken by
        |document| schema(document, "Todo")["properties"]["due"] = json!({"type": ["string", "null"]}),
        |document| schema(document, "Todo")["properties"]["due"] = json!({"anyOf": [{"type": "null"}]}),
        |document| schema(document, "Todo")["properties"]["due"] = json!({"type": "string", "nullable": true}),
        |document| parameter(document, "status")["schema"]["enum"] = json!(["open", null]);
    importer::no_query_parameter_is_an_array, broken by
        |document| parameter(document, "tag")["schema"] = json!({"type": "array", "items": {"type": "string"}});
    importer::every_request_body_is_an_object, broken by
        |document| schema(document, "AddTodos")["type"] = json!("array");
    importer::requests_refuse_unknown_fields, broken by
        |document| drop(schema(document, "Step")["additionalProperties"].take());
    importer::every_placeholder_in_a_path_is_a_required_parameter, broken by
        |document| operation(document, "get", "/todos/{id}")["parameters"] = json!([]);
    importer::no_schema_contains_itself, broken by
        |document| schema(document, "Step")["properties"]["todo"] = json!({"$ref": "#/components/schemas/NewTodo"});
    importer::paths_have_nothing_but_methods, broken by
        |document| document["paths"]["/todos"]["summary"] = json!("The todos");
    importer::no_operation_is_a_head, broken by
        |document| document["paths"]["/overview"]["head"] = json!({"operationId": "headOverview"});
    importer::no_schema_is_composed_of_others, broken by
        |document| schema(document, "Todo")["allOf"] = json!([]);
    importer::every_reference_leads_to_a_component, broken by
        |document| drop(schema(document, "Now").take());
    importer::every_component_is_used, broken by
        |document| *schema(document, "Orphan") = json!({"type": "string"});
    importer::every_required_property_exists_and_is_named_once, broken by
        |document| schema(document, "Todo")["required"] = json!(["id", "id", "colour"]);
    product::the_document_is_what_the_handlers_say, broken by
        |document| schema(document, "Todo")["properties"]["id"]["description"] = json!("Said by nobody.");
    product::the_placeholder_for_the_address_occurs_once, broken by
        |document| document["info"]["termsOfService"] = document["servers"][0]["url"].clone();
    product::every_error_is_a_problem_document, broken by
        |document| drop(operation(document, "get", "/todos")["responses"]["default"]["content"].take()),
        |document| operation(document, "get", "/overview")["responses"] = json!({"200": {"description": "The overview"}});
    product::the_compact_document_has_at_most_28_000_characters, broken by
        |document| document["info"]["description"] = json!("é".repeat(10_000));
    product::limits_are_those_of_the_domain, broken by
        |document| schema(document, "NewTodo")["properties"]["title"]["maxLength"] = json!(501),
        |document| drop(schema(document, "NewTodo")["properties"]["steps"]["maxItems"].take()),
        |document| parameter(document, "limit")["schema"]["minimum"] = json!(0);
    product::a_text_that_has_to_be_sent_cannot_be_empty, broken by
        |document| drop(schema(document, "NewTodo")["properties"]["title"]["minLength"].take()),
        |document| drop(schema(document, "TodoEdit")["properties"]["id"]["minLength"].take());
    product::numbers_in_descriptions_are_those_of_the_domain, broken by
        |document| operation(document, "patch", "/todos")["description"] = json!("Changes up to 50 todos.");
    product::words_are_those_that_the_domain_takes, broken by
        |document| schema(document, "NewTodo")["properties"]["priority"]["enum"] = json!(["low", "normal", "high"]);
    product::example_ids_look_like_ids, broken by
        |document| schema(document, "UndoChange")["properties"]["change_id"]["example"] = json!("k7m2x9qa4t");
}
