//! Reads the measured units, the prices, the quotas and the habits.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::day::Amounts;

/// The text of a file of this repository. The file is compiled into the test.
macro_rules! file {
    ($path:literal) => {
        include_str!(concat!("../../../", $path))
    };
}

/// A month has thirty days.
pub const DAYS: f64 = 30.0;
pub const SECONDS: f64 = DAYS * 86_400.0;

/// All data from which this module computes the figures.
pub struct Model {
    /// benches/expected.json, which `just bench-guard` measures.
    pub expected: Value,
    /// benches/requests.json, which a test of tests/api measures.
    pub measured: Measured,
    pub prices: Prices,
    pub habits: Habits,
    pub template: &'static str,
    /// The number of seconds after which the page asks again whether something has changed.
    pub page_pause: f64,
    /// The number of people whom an instance of the program remembers.
    pub remembered: f64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Measured {
    pub requests: BTreeMap<String, Cost>,
    pub answer_bytes: BTreeMap<String, f64>,
    pub stored_bytes: BTreeMap<String, f64>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Cost {
    pub requests: f64,
    pub calls: f64,
    pub read_units: f64,
    pub write_units: f64,
    pub answer_bytes: f64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Prices {
    pub date: String,
    pub region: String,
    pub prices: BTreeMap<String, Price>,
    pub quotas: BTreeMap<String, Quota>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Price {
    pub unit: String,
    /// The `dollars` of a tier are the price of this number of units.
    pub per: f64,
    pub tiers: Vec<Tier>,
    pub source: String,
    pub checked: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Tier {
    /// The last unit of a month for which this price is valid. The last tier has no end.
    pub up_to: Option<f64>,
    pub dollars: f64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Quota {
    pub value: f64,
    pub unit: String,
    pub source: String,
    pub checked: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Habits {
    pub presumed: Presumed,
    pub attack: Attack,
    /// The numbers of people in the tables.
    pub people: [f64; 3],
    pub habits: Vec<Habit>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Presumed {
    /// The number of requests in the busiest second, divided by the number in a usual second.
    pub peak: f64,
    pub own_milliseconds: f64,
    pub call_milliseconds: f64,
    pub provider_milliseconds: f64,
    pub log_bytes: f64,
    pub header_bytes: f64,
    /// The number of accesses that a person uses in a day. Programs, the page and calendars each have an access.
    pub accesses_a_day: f64,
    /// The number of operations that people use. Each has a metric.
    pub operations: f64,
    pub sign_in_requests_at_the_provider: f64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Attack {
    pub sign_in_write_units: f64,
    pub sign_in_days: f64,
    pub dearest_write_units: f64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Habit {
    pub name: String,
    /// The number of todos that the person has, open and completed.
    pub todos: f64,
    /// The minutes of a day in which the person looks at the page.
    pub page_minutes: f64,
    pub a_day: BTreeMap<String, f64>,
    pub a_month: BTreeMap<String, f64>,
}

impl Model {
    /// The figures of this repository.
    pub fn here() -> Self {
        let milliseconds = constant(file!("web/src/list/visit.ts"), "export const PAUSE = ");
        Self {
            expected: read(file!("benches/expected.json")),
            measured: read(file!("benches/requests.json")),
            prices: read(file!("benches/prices.json")),
            habits: read(file!("benches/habits.json")),
            template: file!("infra/template.yaml"),
            page_pause: milliseconds / 1_000.0,
            remembered: constant(file!("src/store/seen.rs"), "const CREDENTIALS: usize = "),
        }
    }

    /// What one operation of benches/expected.json, or one action of benches/requests.json, takes. The error names the
    /// file in which the name is missing.
    pub fn units(&self, name: &str) -> Result<Amounts, String> {
        let counted = &self.expected["operations"][name];
        if let Some(found) = self.measured.requests.get(name) {
            return Ok(self.amounts(name, *found));
        }
        let unit = |kind: &str| {
            let known = || self.expected["operations"].as_object().map_or_else(String::new, |all| names(all.keys()));
            counted[kind].as_f64().ok_or_else(|| {
                format!("benches/expected.json and benches/requests.json have no \"{name}\"; they have {}", known())
            })
        };
        let cost = Cost {
            requests: 1.0,
            calls: unit("calls")?,
            read_units: unit("read_units")?,
            write_units: unit("write_units")?,
            answer_bytes: *self
                .measured
                .answer_bytes
                .get(name)
                .ok_or_else(|| format!("benches/requests.json has no answer_bytes of \"{name}\""))?,
        };
        Ok(Amounts { changes: f64::from(cost.write_units > 0.0), ..self.amounts(name, cost) })
    }

    fn amounts(&self, name: &str, cost: Cost) -> Amounts {
        let presumed = &self.habits.presumed;
        let provider = if name == SIGN_IN { presumed.provider_milliseconds } else { 0.0 };
        Amounts {
            requests: cost.requests,
            reads: cost.read_units,
            writes: cost.write_units,
            bytes: cost.answer_bytes + cost.requests * presumed.header_bytes,
            milliseconds: cost.requests * presumed.own_milliseconds
                + cost.calls * presumed.call_milliseconds
                + provider,
            changes: 0.0,
        }
    }

    /// What this amount costs in a month, in dollars.
    pub fn dollars(&self, price: &str, amount: f64) -> f64 {
        let price = self.prices.prices.get(price).unwrap_or_else(|| panic!("benches/prices.json has no {price}"));
        let (mut from, mut sum) = (0.0, 0.0);
        for tier in &price.tiers {
            let to = tier.up_to.unwrap_or(f64::INFINITY).min(amount);
            if to > from {
                sum += (to - from) / price.per * tier.dollars;
                from = to;
            }
        }
        sum
    }

    pub fn quota(&self, name: &str) -> f64 {
        self.prices.quotas.get(name).unwrap_or_else(|| panic!("benches/prices.json has no quota {name}")).value
    }

    /// The default value of a parameter of the template.
    pub fn parameter(&self, name: &str) -> f64 {
        let after = self.template.split(&format!("\n  {name}:\n")).nth(1).unwrap_or_else(|| panic!("no {name}"));
        let default = after.split("Default: ").nth(1).and_then(|rest| rest.lines().next()).expect("a default");
        default.parse().unwrap_or_else(|_| panic!("the default of {name} is {default}"))
    }

    pub fn habit(&self, name: &str) -> &Habit {
        self.habits.habits.iter().find(|habit| habit.name == name).unwrap_or_else(|| panic!("no habit {name}"))
    }
}

/// The name that benches/requests.json gives to the sign-in of a person.
pub const SIGN_IN: &str = "a person signs in";

/// The number after this text in a source file.
fn constant(source: &str, before: &str) -> f64 {
    let number = source.split(before).nth(1).and_then(|rest| rest.split(';').next());
    number.and_then(|number| number.replace('_', "").parse().ok()).unwrap_or_else(|| panic!("no \"{before}\""))
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("the file has the form of the model")
}

fn names<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}
