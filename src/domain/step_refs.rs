//! How a caller names the steps of a todo: by their titles, or by their positions.

use deserr::{DeserializeError, Deserr, IntoValue, MergeWithError, Value, ValuePointerRef, take_cf_content};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, ObjectBuilder, RefOr, Schema, Type},
};

use super::{
    input::{list::WithoutEmpty, value},
    invalid::Invalid,
    limits,
    steps::{Steps, too_many},
    unicode::without_case_and_accents,
};

/// The steps that a caller names, at most 50.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserr)]
#[deserr(try_from(WithoutEmpty<StepRef>) = StepRefs::parse -> Invalid, where_predicate = __Deserr_E: MergeWithError<Invalid>)]
pub struct StepRefs(Vec<StepRef>);

/// The text with which a caller names a step: the title or the position of the step. The first step has position 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRef(String);

/// The titles of a todo's steps, prepared for the comparison with titles that callers send.
pub struct Titles<'a> {
    steps: &'a Steps,
    forms: Vec<TitleForms>,
}

/// A title in two forms for comparisons: in lower case, and in lower case without accents.
struct TitleForms {
    without_case: String,
    without_accents: String,
}

impl StepRefs {
    /// Accepts at most 50 steps.
    fn parse(WithoutEmpty(steps): WithoutEmpty<StepRef>) -> Result<Self, Invalid> {
        if steps.len() > limits::STEPS {
            return Err(too_many(steps.len()));
        }
        Ok(Self(steps))
    }

    /// The named steps.
    pub fn iter(&self) -> impl Iterator<Item = &StepRef> {
        self.0.iter()
    }

    /// Whether the caller names no step.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> Titles<'a> {
    /// The titles of these steps.
    pub fn of(steps: &'a Steps) -> Self {
        Self { steps, forms: steps.iter().map(|step| TitleForms::of(step.title.as_str())).collect() }
    }

    /// The positions of all steps with this title. The first step has position 0. Upper and lower case make no
    /// difference. If no step has the title, the function compares again without accents.
    pub fn places(&self, title: &str) -> Vec<usize> {
        let wanted = TitleForms::of(title.trim());
        let places = |same: &dyn Fn(&TitleForms) -> bool| -> Vec<usize> {
            self.forms.iter().enumerate().filter(|(_, title)| same(title)).map(|(at, _)| at).collect()
        };
        let found = places(&|title| title.without_case == wanted.without_case);
        if found.is_empty() { places(&|title| title.without_accents == wanted.without_accents) } else { found }
    }

    /// The position of the named step. The first step has position 0. Returns an error if the name matches no step, or
    /// more than one step. The error lists the steps of the todo.
    pub fn find(&self, StepRef(sent): &StepRef) -> Result<usize, Invalid> {
        let mut found = self.places(sent);
        let position = sent.trim().parse::<usize>().ok().and_then(|position| position.checked_sub(1));
        found.extend(position.filter(|at| *at < self.forms.len() && !found.contains(at)));
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
        let mut steps: Vec<_> = (self.steps.iter().take(SHOWN).enumerate())
            .map(|(at, step)| format!("{} {}", at + 1, short(step.title.as_str())))
            .collect();
        if self.forms.len() > SHOWN {
            steps.push(format!("and so on to {}", self.forms.len()));
        }
        if steps.is_empty() {
            return "the todo has no steps".to_owned();
        }
        format!("send the position or the whole title of one of these steps: {}", steps.join(", "))
    }
}

impl TitleForms {
    fn of(text: &str) -> Self {
        Self { without_case: text.to_lowercase(), without_accents: without_case_and_accents(text) }
    }
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

impl PartialSchema for StepRefs {
    fn schema() -> RefOr<Schema> {
        let step = ObjectBuilder::new().schema_type(Type::String);
        ArrayBuilder::new().items(step).into()
    }
}

impl ToSchema for StepRefs {}

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

    /// For each step, whether it is named.
    fn named(steps: &Steps, which: serde_json::Value) -> Result<Vec<bool>, Invalid> {
        let which: StepRefs = deserr::deserialize::<_, _, deserr::errors::JsonError>(which).unwrap();
        let titles = Titles::of(steps);
        let places = which.iter().map(|step| titles.find(step)).collect::<Result<Vec<_>, _>>()?;
        Ok((0..steps.iter().count()).map(|at| places.contains(&at)).collect())
    }

    #[test]
    fn a_step_is_named_by_position_or_title() {
        let steps = steps(&["Pack", "Écouter la radio", "Call"]);
        for which in [json!([2]), json!(["2"]), json!([2.0]), json!([" ecouter LA radio "])] {
            assert_eq!(named(&steps, which.clone()).unwrap(), [false, true, false], "{which}");
        }
        assert_eq!(named(&steps, json!(["1", "call"])).unwrap(), [true, false, true]);
    }

    #[test]
    fn an_exact_title_comes_before_a_similar_one() {
        let steps = steps(&["Café", "Cafe", "CAFÉ au lait"]);
        assert_eq!(named(&steps, json!(["cafe"])).unwrap(), [false, true, false]);
        assert_eq!(named(&steps, json!(["CAFÉ"])).unwrap(), [true, false, false]);
        assert_eq!(named(&steps, json!(["cafe au lait"])).unwrap(), [false, false, true]);
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
            let message = named(&three, which.clone()).unwrap_err().message;
            assert!(message.contains(says), "{which}: {message}");
        }
        // The text "2" is the title of the first step, and also the position of the second step.
        let message = named(&steps(&["2", "Call"]), json!(["2"])).unwrap_err().message;
        assert!(message.contains("could mean step 1 or 2"), "{message}");
    }
}
