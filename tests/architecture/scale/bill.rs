//! What this number of people cost in a month.

use super::{
    data::{DAYS, Habit, Model, SECONDS, SIGN_IN},
    day::Amounts,
    words::dollars,
};

/// A line of the bill of a month.
pub struct Line {
    pub name: &'static str,
    pub dollars: f64,
}

/// A GB has 10⁹ bytes here.
const GB: f64 = 1e9;

impl Model {
    /// The bill of a month.
    pub fn bill(&self, habit: &Habit, people: f64) -> Vec<Line> {
        let month = self.day(habit, people) * (people * DAYS);
        let active = people * habit.a_month.get(SIGN_IN).copied().unwrap_or_default().min(1.0);
        let mut bill = vec![
            line("DynamoDB, reads", self.dollars("read_units", month.reads)),
            line("DynamoDB, writes", self.dollars("write_units", month.writes)),
            line("DynamoDB, storage and backups", self.storage(people * self.stored(habit))),
        ];
        bill.extend(self.calls(month));
        bill.push(line("X-Ray", self.traces(month.requests)));
        bill.push(line("alarms, dashboard, metrics", self.fixed()));
        bill.push(line("Cognito", self.dollars("cognito", active)));
        bill
    }

    /// What the requests cost without the table.
    pub fn calls(&self, month: Amounts) -> Vec<Line> {
        let logs = month.requests * self.habits.presumed.log_bytes / GB;
        vec![
            line("API Gateway", self.dollars("api_requests", month.requests)),
            line("Lambda", self.dollars("lambda_requests", month.requests) + self.time(month.milliseconds)),
            line("logs", self.dollars("logs", logs) + self.dollars("log_storage", logs * self.log_months())),
            line("data to the internet", self.dollars("data_out", month.bytes / GB)),
        ]
    }

    /// The price of this running time of the function.
    pub fn time(&self, milliseconds: f64) -> f64 {
        self.dollars("lambda_time", milliseconds / 1_000.0 * self.parameter("MemorySize") / 1_024.0)
    }

    /// The price of this number of bytes in the table and its index, and of their backups.
    pub fn storage(&self, bytes: f64) -> f64 {
        self.dollars("storage", bytes / GB) + self.dollars("backups", bytes / GB)
    }

    /// The price of the traces. X-Ray records the first request of each second, and 5 % of the other requests.
    pub fn traces(&self, requests: f64) -> f64 {
        let first = requests.min(SECONDS);
        self.dollars("traces", first + 0.05 * (requests - first))
    }

    /// What a deployment costs without any request.
    pub fn fixed(&self) -> f64 {
        self.dollars("alarm_metrics", self.alarm_metrics())
            + self.dollars("dashboards", self.dashboards())
            + self.dollars("metrics", self.metrics())
    }

    /// The number of metrics that the alarms of the template use.
    pub fn alarm_metrics(&self) -> f64 {
        self.template.matches(" MetricName: ").count() as f64
    }

    fn dashboards(&self) -> f64 {
        self.template.matches("Type: AWS::CloudWatch::Dashboard").count() as f64
    }

    /// The number of metrics: five for the whole function, and one for each operation.
    fn metrics(&self) -> f64 {
        5.0 + self.habits.presumed.operations
    }

    fn log_months(&self) -> f64 {
        self.parameter("LogRetentionDays") / DAYS
    }
}

/// The sum of a bill.
pub fn total(bill: &[Line]) -> f64 {
    bill.iter().map(|line| line.dollars).sum()
}

pub fn line(name: &'static str, dollars: f64) -> Line {
    Line { name, dollars }
}

/// The rows of a table that shows these bills side by side, with their sums.
pub fn rows(bills: &[Vec<Line>]) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = (0..bills[0].len())
        .map(|index| {
            let cells = bills.iter().map(|bill| dollars(bill[index].dollars));
            std::iter::once(bills[0][index].name.to_owned()).chain(cells).collect()
        })
        .collect();
    let sums = bills.iter().map(|bill| format!("**{}**", dollars(total(bill))));
    rows.push(std::iter::once("**sum**".to_owned()).chain(sums).collect());
    rows
}
