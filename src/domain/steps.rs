//! The steps of a todo. Each step can be marked as done.

use deserr::{DeserializeError, Deserr, IntoValue, MergeWithError, Value, ValuePointerRef, take_cf_content};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, RefOr, Schema},
};

use super::{
    input::{list::WithoutEmpty, value},
    invalid::Invalid,
    limits,
    text::StepTitle,
};

/// A step is a part of a todo. A step can be marked as done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    #[schema(value_type = StepTitle, inline)]
    pub title: StepTitle,
    // If the caller leaves out `done`, the step is not done.
    #[serde(default)]
    #[schema(required = false)]
    pub done: bool,
}

/// At most 50 steps.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Deserr)]
#[serde(transparent)]
#[deserr(try_from(WithoutEmpty<Step>) = Steps::parse -> Invalid, where_predicate = __Deserr_E: MergeWithError<Invalid>)]
pub struct Steps(Vec<Step>);

/// A step as a caller sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentStep {
    pub title: StepTitle,
    /// `None` if the caller leaves out `done`.
    pub done: Option<bool>,
}

/// The fields of a step, if the caller sends the step as an object.
#[derive(Deserr)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: MergeWithError<Invalid>)]
struct Fields {
    title: StepTitle,
    #[deserr(default)]
    done: Option<bool>,
}

impl Steps {
    /// Accepts at most 50 steps.
    pub fn parse(WithoutEmpty(steps): WithoutEmpty<Step>) -> Result<Self, Invalid> {
        if steps.len() > limits::STEPS {
            return Err(too_many(steps.len()));
        }
        Ok(Self(steps))
    }

    /// The steps, in their order in the todo.
    pub fn iter(&self) -> impl Iterator<Item = &Step> {
        self.0.iter()
    }

    /// Whether there are no steps.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A copy of these steps. In the copy, no step is done.
    pub fn without_ticks(&self) -> Self {
        Self(self.0.iter().map(|step| Step { done: false, ..step.clone() }).collect())
    }
}

impl PartialSchema for Steps {
    fn schema() -> RefOr<Schema> {
        let step = utoipa::openapi::Ref::from_schema_name("Step");
        ArrayBuilder::new().items(step).max_items(Some(limits::STEPS)).into()
    }
}

impl ToSchema for Steps {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push(("Step".to_owned(), Step::schema()));
        Step::schemas(schemas);
    }
}

/// The error for more than 50 steps.
pub(super) fn too_many(steps: usize) -> Invalid {
    Invalid::new(format!("must be at most {} steps, but there are {steps}", limits::STEPS))
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for Step {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        let SentStep { title, done } = SentStep::deserialize_from_value(value, location)?;
        Ok(Self { title, done: done.unwrap_or_default() })
    }
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for SentStep {
    /// Reads a step. For a step that is not done, models often send only the title.
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        if matches!(value, Value::String(_)) {
            return value::text(value, location, StepTitle::parse).map(|title| Self { title, done: None });
        }
        if !matches!(value, Value::Map(_)) {
            let invalid = Invalid::new("must be an object such as {\"title\":\"Compare prices\"}, or only the title");
            return Err(take_cf_content(E::merge(None, invalid, location)));
        }
        Fields::deserialize_from_value(value, location).map(|Fields { title, done }| Self { title, done })
    }
}
