//! The tables of docs/SCALE.md.

use super::{
    bill::{rows, total},
    data::{Habit, Model},
    limits::{Limit, Load},
    words::{about, grouped, small_dollars, table},
};

/// One of the amounts in the busiest second.
type Need = fn(&Load) -> f64;

impl Model {
    fn columns(&self, first: &str) -> Vec<String> {
        [vec![first.to_owned()], self.habits.habits.iter().map(|habit| habit.name.clone()).collect()].concat()
    }

    /// A row with the result of `cell` for each habit.
    fn row(&self, first: &str, cell: impl Fn(&Habit) -> String) -> Vec<String> {
        [vec![first.to_owned()], self.habits.habits.iter().map(cell).collect()].concat()
    }

    /// What people do.
    pub fn habits_table(&self) -> String {
        let mut rows = vec![self.row("minutes at the page, a day", |habit| habit.page_minutes.to_string())];
        for (when, of) in [("a day", 0), ("a month", 1)] {
            let times = |habit: &Habit| if of == 0 { habit.a_day.clone() } else { habit.a_month.clone() };
            for name in times(&self.habits.habits[0]).keys() {
                rows.push(self.row(&format!("{name}: times {when}"), |habit| {
                    let times =
                        times(habit).get(name).copied().unwrap_or_else(|| panic!("{} has no {name}", habit.name));
                    if times > 0.0 { times.to_string() } else { "–".to_owned() }
                }));
            }
        }
        rows.push(self.row("todos that the person has", |habit| grouped(habit.todos)));
        rows.push(self.row("**in all: requests a day**", |habit| about(self.actions(habit).requests)));
        rows.push(self.row("read units a day, with all look-ups", |habit| about(self.day(habit, 1e6).reads)));
        rows.push(self.row("write units a day, with all notes", |habit| about(self.day(habit, 1e6).writes)));
        rows.push(self.row("MB in the table and its index", |habit| format!("{:.1}", self.stored(habit) / 1e6)));
        table(&self.columns("what a person does"), rows)
    }

    /// The dollars of one person in a month.
    pub fn person_table(&self) -> String {
        let columns: Vec<String> =
            self.habits.people.iter().map(|people| format!("{} people", grouped(*people))).collect();
        let most = self.habits.people[2];
        let last = vec![format!("{} without Cognito", grouped(most))];
        let rows = self.habits.habits.iter().map(|habit| {
            let costs = self.habits.people.map(|people| small_dollars(total(&self.bill(habit, people)) / people));
            let bill = self.bill(habit, most);
            let cognito = bill.last().expect("Cognito is the last line").dollars;
            [vec![habit.name.clone()], costs.into(), vec![small_dollars((total(&bill) - cognito) / most)]].concat()
        });
        table(&[vec!["dollars a person and month".to_owned()], columns, last].concat(), rows)
    }

    /// The bill of a month, line by line.
    pub fn bill_table(&self) -> String {
        let cases: Vec<(&Habit, f64)> = self
            .habits
            .people
            .iter()
            .flat_map(|people| self.habits.habits.iter().map(move |habit| (habit, *people)))
            .collect();
        let bills: Vec<_> = cases.iter().map(|(habit, people)| self.bill(habit, *people)).collect();
        let columns = cases.iter().map(|(habit, people)| format!("{}, {}", grouped(*people), habit.name));
        let columns: Vec<String> = std::iter::once("dollars a month".to_owned()).chain(columns).collect();
        let rows = rows(&bills);
        table(&columns, rows)
    }

    /// The limits, in the order in which people of the habit `usual` reach them.
    pub fn limits_table(&self) -> String {
        let usual = self.habit("usual");
        let mut limits = self.limits();
        limits.sort_by(|one, other| self.most_people(usual, one).total_cmp(&self.most_people(usual, other)));
        let rows = limits.iter().map(|limit: &Limit| {
            let a_second = if limit.unit == "instances" { "" } else { " a second" };
            let mut row = self.row(limit.what, |habit| about(self.most_people(habit, limit)));
            row.insert(1, format!("{} {}{a_second}", grouped(limit.value), limit.unit));
            row
        });
        let mut columns = self.columns("limit");
        columns.insert(1, "its value".to_owned());
        table(&columns, rows)
    }

    /// What the busiest second of people of the habit `usual` needs.
    pub fn needs_table(&self) -> String {
        let usual = self.habit("usual");
        let columns: Vec<String> =
            self.habits.people.iter().map(|people| format!("{} people", grouped(*people))).collect();
        let loads = self.habits.people.map(|people| self.load(usual, people));
        let needs: [(&str, Need); 5] = [
            ("requests: `RequestsPerSecond`, API Gateway's quota", |load| load.requests),
            ("write units: `WriteUnitsPerSecond`, DynamoDB's quota of a table", |load| load.writes),
            ("read units: `ReadUnitsPerSecond`, DynamoDB's quota of a table", |load| load.reads),
            ("instances: Lambda's concurrency quota", |load| load.instances),
            ("sign-ins: Cognito's quota", |load| load.sign_ins),
        ];
        let rows = needs.iter().map(|(name, need)| {
            let cells = loads.iter().map(|load| about(need(load)));
            std::iter::once((*name).to_owned()).chain(cells).collect()
        });
        table(&[vec!["in the busiest second".to_owned()], columns].concat(), rows)
    }

    /// Says where we looked up the prices and quotas, and which of them we could not check.
    pub fn unchecked(&self) -> String {
        let prices = self.prices.prices.iter().map(|(name, price)| (name, &price.checked));
        let quotas = self.prices.quotas.iter().map(|(name, quota)| (name, &quota.checked));
        let all: Vec<_> = prices.chain(quotas).collect();
        let of = |kind: &str| {
            let names = all.iter().filter(|(_, checked)| *checked == kind).map(|(name, _)| format!("`{name}`"));
            names.collect::<Vec<_>>()
        };
        format!(
            "`benches/prices.json` has {} prices and {} quotas of {}, as they were in {}. We could not open AWS's pages.\n\
             We found {} of these figures in stored copies of AWS's pages, and {} on pages of others that repeat AWS. We\n\
             found no page for these, and have them from memory: {}.\n",
            self.prices.prices.len(),
            self.prices.quotas.len(),
            self.prices.region,
            self.prices.date,
            of("aws").len(),
            of("others").len(),
            of("no").join(", "),
        )
    }
}
