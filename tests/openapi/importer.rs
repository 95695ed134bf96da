//! Checks ChatGPT's rules for the OpenAPI document of an action. Each function checks one rule, and returns all
//! violations.
//!
//! This file begins with the rules that OpenAI describes (<https://platform.openai.com/docs/actions>). OpenAI does not
//! describe the other rules, but ChatGPT's importer reports each violation of these rules.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::document::{
    component, components, elements, members, operations, reachable, references, resolved, schemas, texts,
};

/// Texts that tell a model when to call an operation. No description may contain one of these texts, because the author
/// of the GPT decides when to call an operation.
const TRIGGERS: [&str; 18] = [
    "use this",
    "call this",
    "use it when",
    "call it when",
    "when the user",
    "if the user",
    "whenever",
    "always call",
    "always use",
    "never call",
    "do not call",
    "must call",
    "should call",
    "you should",
    "you must",
    "make sure",
    "be sure to",
    "remember to",
];

fn unless(kept: bool, complaint: impl Into<String>) -> Vec<String> {
    if kept { Vec::new() } else { vec![complaint.into()] }
}

pub fn summaries_and_descriptions_of_operations_have_at_most_300_characters(document: &Value) -> Vec<String> {
    let length = |text: &Value| text.as_str().map_or(0, |text| text.chars().count());
    operations(document)
        .flat_map(|operation| {
            ["summary", "description"].map(|name| (length(&operation.value[name]), name, operation.to_string()))
        })
        .filter(|(length, ..)| !(1..=300).contains(length))
        .map(|(length, name, operation)| format!("{operation}: the {name} has {length} characters"))
        .collect()
}

pub fn descriptions_of_parameters_and_fields_have_at_most_700_characters(document: &Value) -> Vec<String> {
    texts(document).into_iter().filter(|text| text.chars().count() > 700).map(str::to_owned).collect()
}

pub fn descriptions_do_not_tell_the_gpt_when_to_call(document: &Value) -> Vec<String> {
    let tells = |text: &&str| TRIGGERS.iter().any(|trigger| text.to_lowercase().contains(trigger));
    texts(document).into_iter().filter(tells).map(str::to_owned).collect()
}

/// People can undo every write, so ChatGPT does not have to ask for confirmation before a write. Without the flag,
/// ChatGPT asks before every operation except a GET.
pub fn no_operation_asks_to_be_confirmed(document: &Value) -> Vec<String> {
    let asks = operations(document).filter(|operation| match operation.value.get("x-openai-isConsequential") {
        None => operation.method != "get",
        Some(flag) => *flag != json!(false),
    });
    asks.map(|operation| operation.to_string()).collect()
}

pub fn all_content_is_json(document: &Value) -> Vec<String> {
    let known = ["application/json", "application/problem+json"];
    let contents =
        operations(document).flat_map(|operation| operation.contents().map(|(media, _)| media).collect::<Vec<_>>());
    contents.filter(|media| !known.contains(media)).map(str::to_owned).collect()
}

/// ChatGPT cannot send the headers that our API defines.
pub fn what_a_header_can_say_a_body_can_say_too(document: &Value) -> Vec<String> {
    let bodies = operations(document).filter(|operation| !operation.value["requestBody"].is_null());
    let keyless = bodies
        .filter(|operation| {
            let schema = &operation.value["requestBody"]["content"]["application/json"]["schema"];
            resolved(document, schema)["properties"]["idempotency_key"].is_null()
        })
        .map(|operation| format!("{operation} takes no idempotency_key"));
    let edits = ["TodoEdit"]
        .into_iter()
        .filter(|name| document["components"]["schemas"][name]["properties"]["expected_version"].is_null())
        .map(|name| format!("{name} has no expected_version"));
    keyless.chain(edits).collect()
}

pub fn a_security_scheme_is_a_key_or_oauth(document: &Value) -> Vec<String> {
    let known = |scheme: &Value| match scheme["type"].as_str() {
        Some("apiKey") => scheme["in"] == "header",
        Some("http") => scheme["scheme"] == "bearer" || scheme["scheme"] == "basic",
        Some("oauth2") => scheme["flows"]["authorizationCode"].is_object(),
        _ => false,
    };
    let schemes = members(&document["components"]["securitySchemes"]);
    schemes.filter(|(_, scheme)| !known(scheme)).map(|(name, _)| name.to_owned()).collect()
}

pub fn oauth_addresses_share_the_root_domain_of_the_api(document: &Value) -> Vec<String> {
    fn root(url: &Value) -> Option<Vec<&str>> {
        Some(url.as_str()?.split('/').nth(2)?.rsplit('.').take(2).collect())
    }
    let own = root(&document["servers"][0]["url"]);
    let schemes = members(&document["components"]["securitySchemes"]);
    let flows = schemes.map(|(_, scheme)| &scheme["flows"]["authorizationCode"]).filter(|flow| flow.is_object());
    let urls = flows.flat_map(|flow| [&flow["authorizationUrl"], &flow["tokenUrl"]]);
    urls.filter(|url| root(url) != own).map(Value::to_string).collect()
}

pub fn no_operation_is_open_to_everybody(document: &Value) -> Vec<String> {
    let open = operations(document).filter(|operation| operation.value["security"] == json!([]));
    open.map(|operation| operation.to_string()).collect()
}

pub fn the_version_of_openapi_is_3_1_0(document: &Value) -> Vec<String> {
    unless(document["openapi"] == "3.1.0", document["openapi"].to_string())
}

pub fn there_are_at_most_30_operations(document: &Value) -> Vec<String> {
    let number = operations(document).count();
    unless((1..=30).contains(&number), format!("{number} operations"))
}

pub fn the_one_server_is_absolute_https_in_lower_case_without_port(document: &Value) -> Vec<String> {
    let urls: Vec<_> = elements(&document["servers"]).filter_map(|server| server["url"].as_str()).collect();
    let sound = |url: &str| {
        let host = url.strip_prefix("https://").and_then(|rest| rest.split('/').next());
        host.is_some_and(|host| host.contains('.') && !host.contains([':', '@', '{'])) && url == url.to_lowercase()
    };
    unless(matches!(urls[..], [url] if sound(url)), format!("{urls:?}"))
}

pub fn every_operation_has_an_operation_id_of_its_own(document: &Value) -> Vec<String> {
    let mut seen = BTreeSet::from([""]);
    let wrong = operations(document).filter(|operation| !seen.insert(operation.id()));
    wrong.map(|operation| operation.to_string()).collect()
}

pub fn there_are_component_schemas(document: &Value) -> Vec<String> {
    unless(components(document).next().is_some(), "components.schemas is missing or empty")
}

pub fn no_parameter_holds_a_reference(document: &Value) -> Vec<String> {
    let of_paths = members(&document["paths"]).map(|(_, item)| &item["parameters"]);
    let all = of_paths.chain(operations(document).map(|operation| &operation.value["parameters"]));
    all.flat_map(references).map(str::to_owned).collect()
}

pub fn every_parameter_stands_in_the_path_or_the_query(document: &Value) -> Vec<String> {
    let parameters = operations(document).flat_map(|operation| operation.parameters());
    let elsewhere = parameters.filter(|parameter| parameter["in"] != "path" && parameter["in"] != "query");
    elsewhere.map(|parameter| parameter["name"].to_string()).collect()
}

pub fn there_is_at_most_one_security_scheme(document: &Value) -> Vec<String> {
    let number = members(&document["components"]["securitySchemes"]).count();
    unless(number <= 1, format!("{number} security schemes"))
}

pub fn every_object_names_its_properties(document: &Value) -> Vec<String> {
    let nameless = |schema: &Value| schema["type"] == "object" && members(&schema["properties"]).next().is_none();
    let map =
        |schema: &Value| schema["additionalProperties"].is_object() || schema["additionalProperties"] == json!(true);
    let wrong = schemas(document).into_iter().filter(|schema| nameless(schema.value) || map(schema.value));
    wrong.map(|schema| schema.to_string()).collect()
}

pub fn every_schema_has_one_type(document: &Value) -> Vec<String> {
    let untyped = |schema: &Value| !schema["type"].is_string() && !schema["$ref"].is_string();
    let wrong = schemas(document).into_iter().filter(|schema| untyped(schema.value));
    wrong.map(|schema| schema.to_string()).collect()
}

pub fn nothing_is_a_union_with_null(document: &Value) -> Vec<String> {
    let null = |value: &Value| value.is_null() || value == "null";
    let union = |schema: &Value| {
        let listed = ["type", "enum"].iter().any(|name| elements(&schema[name]).any(null));
        listed || schema["type"] == "null" || schema.get("nullable").is_some()
    };
    let wrong = schemas(document).into_iter().filter(|schema| union(schema.value));
    wrong.map(|schema| schema.to_string()).collect()
}

pub fn no_query_parameter_is_an_array(document: &Value) -> Vec<String> {
    let parameters = operations(document).flat_map(|operation| operation.parameters());
    let arrays = parameters.filter(|parameter| parameter["schema"]["type"] == "array");
    arrays.map(|parameter| parameter["name"].to_string()).collect()
}

pub fn every_request_body_is_an_object(document: &Value) -> Vec<String> {
    let bodies = operations(document).filter(|operation| !operation.value["requestBody"].is_null());
    let other = bodies.filter(|operation| {
        let schema = &operation.value["requestBody"]["content"]["application/json"]["schema"];
        resolved(document, schema)["type"] != "object"
    });
    other.map(|operation| operation.to_string()).collect()
}

pub fn requests_refuse_unknown_fields(document: &Value) -> Vec<String> {
    let objects = schemas(document).into_iter().filter(|schema| schema.sent && schema.value["type"] == "object");
    let open = objects.filter(|schema| schema.value["additionalProperties"] != json!(false));
    open.map(|schema| schema.to_string()).collect()
}

/// If the document does not name an argument, ChatGPT refuses this argument and sends no request.
pub fn every_placeholder_in_a_path_is_a_required_parameter(document: &Value) -> Vec<String> {
    let wrong = operations(document).filter(|operation| {
        let placeholders = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let in_path =
            operation.parameters().filter(|parameter| parameter["in"] == "path" && parameter["required"] == true);
        let named: BTreeSet<_> = in_path.filter_map(|parameter| parameter["name"].as_str()).collect();
        placeholders.collect::<BTreeSet<_>>() != named
    });
    wrong.map(|operation| operation.to_string()).collect()
}

pub fn no_schema_contains_itself(document: &Value) -> Vec<String> {
    let recursive = components(document).filter(|(name, schema)| reachable(document, vec![schema]).contains(name));
    recursive.map(|(name, _)| name.to_owned()).collect()
}

pub fn paths_have_nothing_but_methods(document: &Value) -> Vec<String> {
    let methods = ["get", "post", "put", "patch", "delete", "head"];
    operations(document).filter(|item| !methods.contains(&item.method)).map(|item| item.to_string()).collect()
}

pub fn no_operation_is_a_head(document: &Value) -> Vec<String> {
    operations(document).filter(|operation| operation.method == "head").map(|operation| operation.to_string()).collect()
}

pub fn no_schema_is_composed_of_others(document: &Value) -> Vec<String> {
    let composed = |schema: &Value| ["allOf", "anyOf", "oneOf", "not"].iter().any(|word| !schema[word].is_null());
    let wrong = schemas(document).into_iter().filter(|schema| composed(schema.value));
    wrong.map(|schema| schema.to_string()).collect()
}

pub fn every_reference_leads_to_a_component(document: &Value) -> Vec<String> {
    let exists = |name| document["components"]["schemas"][name].is_object();
    let all = BTreeSet::from_iter(references(document));
    all.into_iter().filter(|reference| !component(reference).is_some_and(exists)).map(str::to_owned).collect()
}

pub fn every_component_is_used(document: &Value) -> Vec<String> {
    let used = reachable(document, vec![&document["paths"]]);
    components(document).map(|(name, _)| name).filter(|name| !used.contains(name)).map(str::to_owned).collect()
}

pub fn every_required_property_exists_and_is_named_once(document: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for schema in schemas(document) {
        let mut seen = BTreeSet::new();
        let required = elements(&schema.value["required"]).filter_map(Value::as_str);
        let faults = required.filter(|name| schema.value["properties"][name].is_null() || !seen.insert(*name));
        wrong.extend(faults.map(|name| format!("{schema}: {name}")));
    }
    wrong
}
