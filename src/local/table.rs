//! Creates the DynamoDB table as the SAM template (`infra/template.yaml`) defines it.

use aws_sdk_dynamodb::{
    Client,
    error::{DisplayErrorContext, ProvideErrorMetadata},
    types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, LocalSecondaryIndex, Projection, ProjectionType,
        ScalarAttributeType, TableDescription, TimeToLiveSpecification,
    },
};
use serde::Deserialize;

use super::LocalError;

/// The SAM template that defines the table.
const TEMPLATE: &str = include_str!("../../infra/template.yaml");

/// Creates the table as the SAM template defines it. Does nothing if the table already exists.
pub async fn create_table(client: &Client, name: &str) -> Result<(), LocalError> {
    let table = definition()?;
    let broken = |error: aws_sdk_dynamodb::error::BuildError| LocalError(format!("infra/template.yaml: {error}"));
    let mut request = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    for attribute in &table.attribute_definitions {
        let kind = ScalarAttributeType::from(attribute.attribute_type.as_str());
        let built =
            AttributeDefinition::builder().attribute_name(&attribute.attribute_name).attribute_type(kind).build();
        request = request.attribute_definitions(built.map_err(broken)?);
    }
    request = request.set_key_schema(Some(keys(&table.key_schema).map_err(broken)?));
    for index in &table.local_secondary_indexes {
        let projection = ProjectionType::from(index.projection.projection_type.as_str());
        let built = LocalSecondaryIndex::builder()
            .index_name(&index.index_name)
            .set_key_schema(Some(keys(&index.key_schema).map_err(broken)?))
            .projection(Projection::builder().projection_type(projection).build())
            .build();
        request = request.local_secondary_indexes(built.map_err(broken)?);
    }
    match request.send().await {
        Ok(_) => {}
        Err(error) if error.code() == Some("ResourceInUseException") => return Ok(()),
        Err(error) => return Err(LocalError(format!("cannot make the table: {}", DisplayErrorContext(error)))),
    }
    let ttl = &table.time_to_live_specification;
    let ttl = TimeToLiveSpecification::builder().attribute_name(&ttl.attribute_name).enabled(ttl.enabled).build();
    let set =
        client.update_time_to_live().table_name(name).time_to_live_specification(ttl.map_err(broken)?).send().await;
    set.map(drop).map_err(|error| {
        LocalError(format!("cannot set the time to live of the table: {}", DisplayErrorContext(error)))
    })
}

/// What is different between a table and the table of the SAM template: the keys, the types of the keys, and the
/// indexes. Each text names one difference.
pub fn differences(found: &TableDescription) -> Result<Vec<String>, LocalError> {
    let table = definition()?;
    let mut differences = Vec::new();
    let (wanted, has) = (key_texts(&table.key_schema), found_keys(found.key_schema()));
    if wanted != has {
        differences.push(format!(
            "the keys of the table are {} and must be {}",
            has.join(" and "),
            wanted.join(" and ")
        ));
    }
    for attribute in &table.attribute_definitions {
        let of_name = found.attribute_definitions().iter().find(|one| one.attribute_name() == attribute.attribute_name);
        if let Some(other) = of_name.filter(|one| one.attribute_type().as_str() != attribute.attribute_type) {
            let (name, is) = (&attribute.attribute_name, other.attribute_type());
            differences
                .push(format!("the key {name} has the type {is} and must have the type {}", attribute.attribute_type));
        }
    }
    for index in &table.local_secondary_indexes {
        let name = &index.index_name;
        let of_name = found.local_secondary_indexes().iter().find(|one| one.index_name() == Some(name));
        let Some(other) = of_name else {
            differences.push(format!("the table has no local secondary index {name}"));
            continue;
        };
        let (wanted, has) = (key_texts(&index.key_schema), found_keys(other.key_schema()));
        if wanted != has {
            let (has, wanted) = (has.join(" and "), wanted.join(" and "));
            differences.push(format!("the keys of the index {name} are {has} and must be {wanted}"));
        }
        let projection =
            other.projection().and_then(|projection| projection.projection_type()).map(|kind| kind.as_str());
        if projection != Some(index.projection.projection_type.as_str()) {
            differences.push(format!("the index {name} must contain all attributes (projection ALL)"));
        }
    }
    Ok(differences)
}

/// The indexes of the SAM template: for each index, the name and the sort key. The parameters are JSON texts from a
/// data file. These texts describe the keys of the table, the types of the keys, and the indexes. `None` if these texts
/// differ from the SAM template.
pub(super) fn stored_indexes(
    keys: &str,
    types: &str,
    indexes: &str,
) -> Result<Option<Vec<(String, String)>>, LocalError> {
    let table = definition()?;
    let has_all = |types: &[Attribute]| table.attribute_definitions.iter().all(|one| types.contains(one));
    let is_same = serde_json::from_str::<Vec<Key>>(keys).is_ok_and(|keys| keys == table.key_schema)
        && serde_json::from_str::<Vec<Attribute>>(types).is_ok_and(|types| has_all(&types))
        && serde_json::from_str::<Vec<Index>>(indexes).is_ok_and(|indexes| indexes == table.local_secondary_indexes);
    let sort_key = |index: &Index| Some((index.index_name.clone(), index.key_schema.last()?.attribute_name.clone()));
    Ok(is_same.then(|| table.local_secondary_indexes.iter().filter_map(sort_key).collect()))
}

/// The name of the attribute for the time to live, from the SAM template. DynamoDB may remove an item after the time in
/// this attribute.
pub fn expiry_attribute() -> Result<String, LocalError> {
    Ok(definition()?.time_to_live_specification.attribute_name)
}

fn key_texts(schema: &[Key]) -> Vec<String> {
    schema.iter().map(|key| format!("{} ({})", key.attribute_name, key.key_type)).collect()
}

fn found_keys(schema: &[KeySchemaElement]) -> Vec<String> {
    schema.iter().map(|key| format!("{} ({})", key.attribute_name(), key.key_type())).collect()
}

fn keys(schema: &[Key]) -> Result<Vec<KeySchemaElement>, aws_sdk_dynamodb::error::BuildError> {
    let element = |key: &Key| {
        let kind = KeyType::from(key.key_type.as_str());
        KeySchemaElement::builder().attribute_name(&key.attribute_name).key_type(kind).build()
    };
    schema.iter().map(element).collect()
}

fn definition() -> Result<Table, LocalError> {
    let template: Template =
        serde_saphyr::from_str(TEMPLATE).map_err(|error| LocalError(format!("infra/template.yaml: {error}")))?;
    Ok(template.resources.todos_table.properties)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Template {
    resources: Resources,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resources {
    todos_table: Resource,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    properties: Table,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Table {
    attribute_definitions: Vec<Attribute>,
    key_schema: Vec<Key>,
    local_secondary_indexes: Vec<Index>,
    time_to_live_specification: TimeToLive,
}

#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    attribute_name: String,
    attribute_type: String,
}

#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Key {
    attribute_name: String,
    key_type: String,
}

#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Index {
    index_name: String,
    key_schema: Vec<Key>,
    projection: ProjectionDefinition,
}

#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ProjectionDefinition {
    projection_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TimeToLive {
    attribute_name: String,
    enabled: bool,
}
