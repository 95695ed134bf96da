//! Edits of the steps of a todo. An edit can replace, tick, rename, remove and add steps.

use deserr::{Deserr, MergeWithError};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, RefOr, Schema},
};

use super::{
    input::list::WithoutEmpty,
    invalid::{Invalid, Violation},
    limits,
    step_refs::{StepRef, StepRefs, Titles},
    steps::{SentStep, Step, Steps, too_many},
    text::StepTitle,
};

/// The steps that replace all steps of a todo, at most 50.
#[derive(Debug, Clone, PartialEq, Eq, Deserr)]
#[deserr(try_from(WithoutEmpty<SentStep>) = NewSteps::parse -> Invalid, where_predicate = __Deserr_E: MergeWithError<Invalid>)]
pub struct NewSteps(Vec<SentStep>);

/// New titles for steps, at most 50.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserr)]
#[deserr(try_from(WithoutEmpty<RenamedStep>) = NewTitles::parse -> Invalid, where_predicate = __Deserr_E: MergeWithError<Invalid>)]
pub struct NewTitles(Vec<RenamedStep>);

/// A new title for one step.
#[derive(Debug, Clone, PartialEq, Eq, Deserr, ToSchema)]
#[deserr(deny_unknown_fields, where_predicate = __Deserr_E: MergeWithError<Invalid>)]
struct RenamedStep {
    #[schema(value_type = String, min_length = 1)]
    step: StepRef,
    #[schema(value_type = StepTitle, inline)]
    title: StepTitle,
}

/// The fields of an edit that concern steps. The edit first replaces the steps (`replace`). All other fields name the
/// steps that the todo has then. During the edit, each of these steps keeps its position and its title, even if the
/// edit removes or renames steps. Added steps come last.
pub struct StepEdit<'a> {
    pub replace: Option<&'a NewSteps>,
    pub complete: &'a StepRefs,
    pub reopen: &'a StepRefs,
    pub rename: &'a NewTitles,
    pub remove: &'a StepRefs,
    pub add: Option<&'a Steps>,
}

/// The positions of the named steps. The first step has position 0.
struct Places {
    complete: Vec<usize>,
    reopen: Vec<usize>,
    rename: Vec<usize>,
    remove: Vec<usize>,
}

impl NewSteps {
    fn parse(WithoutEmpty(steps): WithoutEmpty<SentStep>) -> Result<Self, Invalid> {
        if steps.len() > limits::STEPS {
            return Err(too_many(steps.len()));
        }
        Ok(Self(steps))
    }

    /// The new steps of a todo with the steps `old`. If the caller left out `done`, and the todo has a step with the
    /// same title, the step keeps its `done`. So a caller can change the order without knowing which steps are done.
    pub fn replace(&self, old: &Steps) -> Result<Steps, Invalid> {
        let (titles, ticks) = (Titles::of(old), old.iter().map(|step| step.done).collect::<Vec<_>>());
        let mut used = Vec::new();
        let kept = |sent: &SentStep| {
            // If several old steps have the same title, each of them passes its `done` to only one new step.
            let at = titles.places(sent.title.as_str()).into_iter().find(|at| !used.contains(at));
            used.extend(at);
            let done = sent.done.or_else(|| at.map(|at| ticks[at])).unwrap_or_default();
            Step { title: sent.title.clone(), done }
        };
        Steps::parse(WithoutEmpty(self.0.iter().map(kept).collect()))
    }
}

impl NewTitles {
    fn parse(WithoutEmpty(steps): WithoutEmpty<RenamedStep>) -> Result<Self, Invalid> {
        if steps.len() > limits::STEPS {
            return Err(too_many(steps.len()));
        }
        Ok(Self(steps))
    }

    /// Whether the caller renames no step.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl StepEdit<'_> {
    /// Whether a second execution of the edit could change the steps again: it could remove another step with the same
    /// position, or add a step again that somebody has completed in the meantime.
    pub fn adds_up(&self) -> bool {
        self.add.is_some() || !self.remove.is_empty() || !self.rename.is_empty()
    }

    /// The steps after the edit. `steps` are the steps before it. Each error belongs to a field of the edit.
    pub fn apply(&self, steps: &Steps) -> Result<Steps, Vec<Violation>> {
        let base = self.replace.map(|new| new.replace(steps)).transpose();
        let base = base.map_err(|error| vec![Violation::new("steps", error)])?.unwrap_or_else(|| steps.clone());
        let names_steps = !self.complete.is_empty() || !self.reopen.is_empty();
        if !names_steps && !self.adds_up() {
            return Ok(base);
        }
        let places = self.places(&base)?;
        let contradictions = places.contradictions();
        if !contradictions.is_empty() {
            return Err(contradictions);
        }
        let mut after: Vec<Step> = base.iter().cloned().collect();
        places.complete.iter().for_each(|at| after[*at].done = true);
        places.reopen.iter().for_each(|at| after[*at].done = false);
        for (at, renamed) in places.rename.iter().zip(&self.rename.0) {
            after[*at].title = renamed.title.clone();
        }
        let mut at = 0..;
        after.retain(|_| at.next().is_some_and(|at| !places.remove.contains(&at)));
        let before = after.len();
        self.add(&mut after);
        let (limit, number) = (limits::STEPS, after.len());
        Steps::parse(WithoutEmpty(after)).map_err(|_| {
            let message = format!(
                "would make {number} steps, but a todo has at most {limit}, and this todo has {before}; remove some with `remove_steps`, or add another todo"
            );
            vec![Violation::new("add_steps", Invalid::new(message))]
        })
    }

    fn places(&self, steps: &Steps) -> Result<Places, Vec<Violation>> {
        let titles = Titles::of(steps);
        let mut errors = Vec::new();
        let mut find = |field, named: &mut dyn Iterator<Item = &StepRef>| {
            let places = named.map(|step| titles.find(step)).collect::<Result<Vec<_>, _>>();
            places.unwrap_or_else(|error| {
                errors.push(Violation::new(field, error));
                Vec::new()
            })
        };
        let places = Places {
            complete: find("complete_steps", &mut self.complete.iter()),
            reopen: find("reopen_steps", &mut self.reopen.iter()),
            rename: find("rename_steps", &mut self.rename.0.iter().map(|renamed| &renamed.step)),
            remove: find("remove_steps", &mut self.remove.iter()),
        };
        if errors.is_empty() { Ok(places) } else { Err(errors) }
    }

    /// Adds the new steps at the end. If the todo already has a step with the same title and the same `done`, this
    /// function does not add the step again.
    fn add(&self, steps: &mut Vec<Step>) {
        for new in self.add.into_iter().flat_map(Steps::iter) {
            let is_same = |step: &Step| {
                step.done == new.done && step.title.as_str().to_lowercase() == new.title.as_str().to_lowercase()
            };
            if !steps.iter().any(is_same) {
                steps.push(new.clone());
            }
        }
    }
}

impl Places {
    /// An error for each field that names the same step as a contradicting field.
    fn contradictions(&self) -> Vec<Violation> {
        let Self { complete, reopen, rename, remove } = self;
        let pairs = [
            ("reopen_steps", reopen, "complete_steps", complete),
            ("remove_steps", remove, "complete_steps", complete),
            ("remove_steps", remove, "reopen_steps", reopen),
            ("remove_steps", remove, "rename_steps", rename),
        ];
        let contradicts = |(_, named, _, others): &(_, &Vec<usize>, _, &Vec<usize>)| {
            let mut named = named.iter();
            named.any(|at| others.contains(at))
        };
        let mut errors: Vec<_> = (pairs.into_iter().filter(contradicts))
            .map(|(field, _, other, _)| {
                let message =
                    format!("names a step that is also in `{other}`; send the step in only one of these two fields");
                Violation::new(field, Invalid::new(message))
            })
            .collect();
        if rename.iter().enumerate().any(|(number, at)| rename[..number].contains(at)) {
            let message = "names a step twice; send one new title for each step";
            errors.push(Violation::new("rename_steps", Invalid::new(message)));
        }
        errors
    }
}

impl PartialSchema for NewTitles {
    fn schema() -> RefOr<Schema> {
        let renamed = utoipa::openapi::Ref::from_schema_name("RenamedStep");
        ArrayBuilder::new().items(renamed).into()
    }
}

impl ToSchema for NewTitles {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push(("RenamedStep".to_owned(), RenamedStep::schema()));
        RenamedStep::schemas(schemas);
    }
}
