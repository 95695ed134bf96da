//! The steps of a todo. Each step can be marked as done.

use deserr::{DeserializeError, Deserr, IntoValue, MergeWithError, Value, ValuePointerRef, take_cf_content};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, ObjectBuilder, RefOr, Schema, Type},
};

use super::{
    input::{list::WithoutEmpty, value},
    invalid::Invalid,
    limits,
    text::StepTitle,
    unicode::without_case_and_accents,
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

/// The steps that a caller names. The caller names each step by its title or by its position. The first step has
/// position 1.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserr)]
#[deserr(try_from(WithoutEmpty<StepRef>) = StepRefs::parse -> Invalid, where_predicate = __Deserr_E: MergeWithError<Invalid>)]
pub struct StepRefs(Vec<StepRef>);

/// The text with which a caller names a step: the title or the position of the step.
#[derive(Debug, Clone, PartialEq, Eq)]
struct StepRef(String);

/// The fields of a step, if the caller sends the step as an object.
#[derive(Deserr)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: MergeWithError<Invalid>)]
struct Fields {
    title: StepTitle,
    #[deserr(default)]
    done: bool,
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

    /// The positions of the named steps. The first step has position 0. Returns an error if a name matches no step, or
    /// matches more than one step. The error lists the steps of the todo.
    pub fn find(&self, StepRefs(which): &StepRefs) -> Result<Vec<usize>, Invalid> {
        let titles: Vec<_> = self.0.iter().map(|step| TitleForms::of(step.title.as_str())).collect();
        which.iter().map(|step| self.find_one(step, &titles)).collect()
    }

    /// Marks the steps at these positions as done, or as not done.
    pub fn tick(&mut self, places: &[usize], done: bool) {
        for at in places {
            self.0[*at].done = done;
        }
    }

    fn find_one(&self, StepRef(sent): &StepRef, titles: &[TitleForms]) -> Result<usize, Invalid> {
        let wanted = TitleForms::of(sent.trim());
        let places = |same: &dyn Fn(&TitleForms) -> bool| -> Vec<usize> {
            titles.iter().enumerate().filter(|(_, title)| same(title)).map(|(at, _)| at).collect()
        };
        // The first search finds a title only if all accents are the same. If the first search finds no title, a second
        // search ignores the accents.
        let mut found = places(&|title| title.without_case == wanted.without_case);
        if found.is_empty() {
            found = places(&|title| title.without_accents == wanted.without_accents);
        }
        let position = sent.trim().parse::<usize>().ok().and_then(|position| position.checked_sub(1));
        found.extend(position.filter(|at| *at < self.0.len() && !found.contains(at)));
        match found[..] {
            [at] => Ok(at),
            [] => Err(Invalid::new(format!("has no step \"{}\"; {}", short(sent), self.listed()))),
            _ => {
                let positions: Vec<_> = found.iter().map(|at| (at + 1).to_string()).collect();
                let positions = positions.join(" or ");
                Err(Invalid::new(format!(
                    "is unclear: \"{}\" could mean step {positions}; {}",
                    short(sent),
                    self.listed()
                )))
            }
        }
    }

    /// A list of the todo's steps for an error message. The list has at most ten titles.
    fn listed(&self) -> String {
        const SHOWN: usize = 10;
        let mut steps: Vec<_> = (self.0.iter().take(SHOWN).enumerate())
            .map(|(at, step)| format!("{} {}", at + 1, short(step.title.as_str())))
            .collect();
        if self.0.len() > SHOWN {
            steps.push(format!("and so on to {}", self.0.len()));
        }
        if steps.is_empty() {
            return "the todo has no steps".to_owned();
        }
        format!("send the position or the whole title of one of these steps: {}", steps.join(", "))
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

impl PartialSchema for StepRefs {
    fn schema() -> RefOr<Schema> {
        let step = ObjectBuilder::new().schema_type(Type::String);
        ArrayBuilder::new().items(step).max_items(Some(limits::STEPS)).into()
    }
}

impl ToSchema for StepRefs {}

/// A title in two forms for comparisons: in lower case, and in lower case without accents.
struct TitleForms {
    without_case: String,
    without_accents: String,
}

impl TitleForms {
    fn of(text: &str) -> Self {
        Self { without_case: text.to_lowercase(), without_accents: without_case_and_accents(text) }
    }
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

impl StepRefs {
    fn parse(WithoutEmpty(steps): WithoutEmpty<StepRef>) -> Result<Self, Invalid> {
        if steps.len() > limits::STEPS {
            return Err(too_many(steps.len()));
        }
        Ok(Self(steps))
    }
}

fn too_many(steps: usize) -> Invalid {
    Invalid::new(format!("must be at most {} steps, but there are {steps}", limits::STEPS))
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for Step {
    /// Reads a step. For a step that is not done, models often send only the title.
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        if matches!(value, Value::String(_)) {
            return value::text(value, location, StepTitle::parse).map(|title| Self { title, done: false });
        }
        if !matches!(value, Value::Map(_)) {
            let invalid = Invalid::new("must be an object such as {\"title\":\"Compare prices\"}, or only the title");
            return Err(take_cf_content(E::merge(None, invalid, location)));
        }
        Fields::deserialize_from_value(value, location).map(|Fields { title, done }| Self { title, done })
    }
}

impl<E: DeserializeError + MergeWithError<Invalid>> Deserr<E> for StepRef {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef) -> Result<Self, E> {
        if let Some(position) = value::whole_number(&value) {
            return Ok(Self(position.to_string()));
        }
        match value {
            Value::String(title) => Ok(Self(title)),
            _ => {
                let invalid = Invalid::new(
                    "must be the title of a step, or the position of a step as text (the first step is \"1\")",
                );
                Err(take_cf_content(E::merge(None, invalid, location)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn steps(titles: &[&str]) -> Steps {
        deserr::deserialize::<_, _, deserr::errors::JsonError>(json!(titles)).unwrap()
    }

    fn ticked(steps: &Steps, which: serde_json::Value) -> Result<Vec<bool>, Invalid> {
        let which: StepRefs = deserr::deserialize::<_, _, deserr::errors::JsonError>(which).unwrap();
        let mut steps = steps.clone();
        let places = steps.find(&which)?;
        steps.tick(&places, true);
        Ok(steps.iter().map(|step| step.done).collect())
    }

    #[test]
    fn a_step_is_named_by_position_or_title() {
        let steps = steps(&["Pack", "Écouter la radio", "Call"]);
        for which in [json!([2]), json!(["2"]), json!([2.0]), json!([" ecouter LA radio "])] {
            assert_eq!(ticked(&steps, which.clone()).unwrap(), [false, true, false], "{which}");
        }
        assert_eq!(ticked(&steps, json!(["1", "call"])).unwrap(), [true, false, true]);
    }

    #[test]
    fn an_exact_title_comes_before_a_similar_one() {
        let steps = steps(&["Café", "Cafe", "CAFÉ au lait"]);
        assert_eq!(ticked(&steps, json!(["cafe"])).unwrap(), [false, true, false]);
        assert_eq!(ticked(&steps, json!(["CAFÉ"])).unwrap(), [true, false, false]);
        assert_eq!(ticked(&steps, json!(["cafe au lait"])).unwrap(), [false, false, true]);
    }

    #[test]
    fn more_than_50_step_names_are_refused() {
        let names: Vec<_> = (0..51).map(|_| "1").collect();
        let refused = deserr::deserialize::<StepRefs, _, deserr::errors::JsonError>(json!(names)).unwrap_err();
        assert!(refused.to_string().contains("at most 50 steps, but there are 51"), "{refused}");
    }

    #[test]
    fn an_unknown_or_unclear_step_is_refused_with_the_list_of_steps() {
        let three = steps(&["Call", "2", "call"]);
        for (which, says) in [
            (json!(["Call"]), "could mean step 1 or 3"),
            (json!([0]), "no step \"0\""),
            (json!([4]), "1 Call, 2 2, 3 call"),
            (json!(["Ring"]), "no step \"Ring\""),
        ] {
            let message = ticked(&three, which.clone()).unwrap_err().message;
            assert!(message.contains(says), "{which}: {message}");
        }
        // The text "2" is the title of the first step, and also the position of the second step.
        let message = ticked(&steps(&["2", "Call"]), json!(["2"])).unwrap_err().message;
        assert!(message.contains("could mean step 1 or 2"), "{message}");
    }
}
