//! The texts of docs/OPERATIONS.md and docs/adr/0014-what-protects-the-bill.md that contain costs.

use super::{
    attack::{BEGINNING, LARGEST},
    bill::{rows, total},
    data::Model,
    day::Amounts,
    words::{about, dollars, grouped, rounded, table},
};

const MILLION: f64 = 1e6;
const OPERATIONS: &str = "docs/OPERATIONS.md";
const ADR: &str = "docs/adr/0014-what-protects-the-bill.md";
const SCALE: &str = "docs/SCALE.md";

impl Model {
    /// A table with the cost of each operation in benches/expected.json.
    pub fn costs(&self) -> String {
        let operations = self.expected["operations"].as_object().expect("operations are counted");
        let rows = operations.iter().map(|(name, counted)| {
            let units = |kind: &str| counted[kind].as_f64().expect("units are counted");
            let (read, write) = (units("read_units"), units("write_units"));
            let written = if write > 0.0 { write.to_string() } else { "–".to_owned() };
            let (operation, which) = name.split_once(", ").unwrap_or((name, ""));
            let which = if which.is_empty() { String::new() } else { format!(", {which}") };
            let sum = self.dollars("read_units", read * MILLION) + self.dollars("write_units", write * MILLION);
            vec![format!("`{operation}`{which}"), read.to_string(), written, format!("${:.2}", cents(sum))]
        });
        table(&["a million of", "read units", "write units", "DynamoDB"].map(str::to_owned), rows)
    }

    /// A million calls of an assistant, three quarters of which are reads.
    fn assistant(&self) -> Amounts {
        self.sum([("getTodos, 20", 0.75 * MILLION), ("addTodos, 1", 0.25 * MILLION)]).expect("both are counted")
    }

    /// What a million calls cost, apart from the table.
    pub fn calls_list(&self) -> String {
        let month = self.assistant();
        let presumed = &self.habits.presumed;
        let logs = MILLION * presumed.log_bytes / 1e9;
        let table = self.dollars("read_units", month.reads) + self.dollars("write_units", month.writes);
        let sum = table + total(&self.calls(month));
        format!(
            "* API Gateway (HTTP API) costs {} for a million calls.\n\
             * The Lambda requests cost {} for a million calls.\n\
             * The Lambda time costs {} for a million calls ({:.0} ms at {} MB on arm64).\n\
             * The logs cost {} for a million calls ({} KB of log lines for each call, {} per GB), and {} to store.\n\
             * The data of the answers costs {} for a million calls ({} per GB).\n\n\
             In total, a million calls of an assistant cost **about ${:.0}**, if three quarters of the calls are reads. A\n\
             hundred calls a day cost about {} a month.\n",
            dollars(self.dollars("api_requests", MILLION)),
            dollars(self.dollars("lambda_requests", MILLION)),
            dollars(self.time(month.milliseconds)),
            month.milliseconds / MILLION,
            self.parameter("MemorySize"),
            dollars(self.dollars("logs", logs)),
            presumed.log_bytes / 1_000.0,
            dollars(self.dollars("logs", 1.0)),
            dollars(self.dollars("log_storage", logs)),
            dollars(self.dollars("data_out", month.bytes / 1e9)),
            dollars(self.dollars("data_out", 1.0)),
            sum,
            dollars(sum * 3_000.0 / MILLION),
        )
    }

    /// The costs that do not depend on the number of calls.
    pub fn fixed_list(&self) -> String {
        format!(
            "* Storage costs {} per GB and month. Point-in-time recovery costs {} per GB and month.\n\
             * The alarms use {} metrics. Ten alarm metrics are free, and each further alarm metric costs {} a month.\n\
             * The stack has one dashboard. Three dashboards are free, and each further dashboard costs {} a month.\n\
             * The function writes five metrics for the whole function, and one more metric for each operation that\n\
             \x20 clients call. AWS charges nothing for the first ten custom metrics of an account. Each further metric\n\
             \x20 costs {} a month, but AWS charges only for the hours in which the metric has values.\n",
            dollars(self.dollars("storage", 1.0)),
            dollars(self.dollars("backups", 1.0)),
            self.alarm_metrics(),
            dollars(self.dollars("alarm_metrics", 1.0)),
            dollars(self.dollars("dashboards", 1.0)),
            dollars(self.dollars("metrics", 1.0)),
        )
    }

    /// The bill of an attacker without a key.
    pub fn attack_table(&self) -> String {
        let bills = [LARGEST, BEGINNING].map(|name| self.attack(name));
        let mut rows = rows(&bills);
        let xray = dollars(self.traces(self.most_requests()));
        rows.push(vec!["X-Ray, one trace a second and 5 % of the other requests".to_owned(), xray.clone(), xray]);
        let first = format!("what, for {} requests", about(self.most_requests()));
        table(&[first, "the largest answer".to_owned(), "the beginning of a sign-in".to_owned()], rows)
    }

    /// The dearer of the two attacks.
    fn worst(&self) -> f64 {
        [LARGEST, BEGINNING].map(|name| total(&self.attack(name))).into_iter().fold(0.0, f64::max)
    }

    fn attack_phrases(&self) -> Vec<(&'static str, String)> {
        let xray = self.traces(self.most_requests());
        let at_most = |parameter, price| dollars(self.most_units(parameter, price));
        let (writes, reads) =
            (at_most("WriteUnitsPerSecond", "write_units"), at_most("ReadUnitsPerSecond", "read_units"));
        let parameter = |kind: &str| grouped(self.parameter(&format!("{kind}UnitsPerSecond")));
        let all = about(self.most_requests());
        vec![
            (OPERATIONS, format!("causes costs of at most about {} a month", dollars(self.worst() + xray))),
            (OPERATIONS, format!("{} write units a second cost at most about {writes} a month", parameter("Write"))),
            (OPERATIONS, format!("{} read units a second cost at most about {reads} a month", parameter("Read"))),
            (ADR, format!("at most {all} anonymous requests reach the function in a month")),
            (ADR, format!("cost about {} a month, and X-Ray adds about {}", dollars(self.worst()), dollars(xray))),
            (ADR, format!("({:.0} KB) that needs no key", self.measured.requests[LARGEST].answer_bytes / 1_000.0)),
            (ADR, format!("the key lookups cost {}", dollars(self.dollars("read_units", self.most_requests())))),
            (ADR, format!("cost about {} in total, and X-Ray adds {}", dollars(self.refused()), dollars(xray))),
            (ADR, format!("the items of two days need {} GB", rounded(self.attack_gb(BEGINNING), 2))),
            (
                ADR,
                format!(
                    "each further unit would cost {} for {all} requests",
                    dollars(self.dollars("write_units", self.most_requests()))
                ),
            ),
            (ADR, format!("at most about {writes} a month for writes and {reads} a month for reads")),
            (ADR, format!("would cost about {} a month", dollars(rounded(self.without_a_limit(), 2)))),
        ]
    }

    /// The sentences about quotas of AWS.
    fn quota_phrases(&self) -> Vec<(&'static str, String)> {
        let quota = |name: &str| grouped(self.quota(name));
        let both = |kind: &str| {
            let [write, read] = ["write", "read"].map(|unit| quota(&format!("{kind}_{unit}_units")));
            format!("{write} write units and {read} read units a second")
        };
        vec![
            (OPERATIONS, format!("| {} a second | All APIs of an AWS account", quota("api_requests"))),
            (OPERATIONS, format!("| {}, or {} in some", quota("concurrency"), quota("concurrency_of_new_accounts"))),
            (OPERATIONS, format!("A partition allows {}", both("partition"))),
            (OPERATIONS, format!("prepared for {}", both("new_table"))),
            (SCALE, format!("one partition, which allows {}", both("partition"))),
            (SCALE, format!("adds at most {} instances", quota("new_instances"))),
            (SCALE, format!("before the busiest second has {} requests", quota("api_requests"))),
            (SCALE, format!("before the busiest second needs {} units", quota("table_write_units"))),
            (SCALE, format!("Cognito accepts {} requests", quota("sign_ins"))),
            (SCALE, format!("stores at most {} GB", quota("partition_gb"))),
        ]
    }

    /// Pairs of a document and a phrase that it must contain.
    pub fn phrases(&self) -> Vec<(&'static str, String)> {
        let look = self.named("the page looks, nothing is new");
        let looks = 86_400.0 / self.page_pause;
        let reads = looks * look.reads + 1_440.0 * self.named("an instance looks up an access").reads;
        let half_an_hour = Amounts { reads: 0.0, ..look } * (looks / 48.0 * 30.0);
        let half_an_hour_dollars = total(&self.calls(half_an_hour)) + self.dollars("read_units", reads / 48.0 * 30.0);
        let usual = self.habit("usual");
        let most = self.habits.people[2];
        let bill = self.bill(usual, most);
        let own = [
            (
                OPERATIONS,
                format!(
                    "{} per million read units and {} per million write units",
                    price(self.dollars("read_units", MILLION)),
                    price(self.dollars("write_units", MILLION))
                ),
            ),
            (OPERATIONS, format!("takes {} read units and {} requests", grouped(reads), grouped(looks))),
            (OPERATIONS, format!("half an hour a day costs {} a month", dollars(half_an_hour_dollars))),
            (
                OPERATIONS,
                format!("is enough for about {} calls of `addTodos` a second", about(self.of_one_owner("addTodos, 1"))),
            ),
            (
                OPERATIONS,
                format!(
                    "is enough for about {} calls of `getTodos` a second",
                    about(self.of_one_owner("getTodos, 20"))
                ),
            ),
            (SCALE, format!("can add a todo about {} times a second", about(self.of_one_owner("addTodos, 1")))),
            (SCALE, format!("the busiest second has {} times as many requests", self.habits.presumed.peak)),
            (
                SCALE,
                format!(
                    "is enough for about {} people",
                    about(
                        self.quota("partition_gb") * 1e9
                            / (self.measured.stored_bytes["a person in the partition people"] + 100.0)
                    )
                ),
            ),
            (SCALE, format!("a million usual people cost about {} a month", dollars(total(&bill)))),
            (SCALE, format!("An open page asks every {} seconds", self.page_pause)),
            (SCALE, format!("{:.0} % of all requests", self.share_of_looks() * 100.0)),
            (SCALE, format!("A person uses {} accesses a day", self.habits.presumed.accesses_a_day)),
            (
                SCALE,
                format!(
                    "A request takes {} ms, and {} ms more for each call",
                    self.habits.presumed.own_milliseconds, self.habits.presumed.call_milliseconds
                ),
            ),
        ];
        own.into_iter().chain(self.attack_phrases()).chain(self.quota_phrases()).collect()
    }

    /// The share of the requests of a usual person with which the page asks whether something has changed.
    fn share_of_looks(&self) -> f64 {
        let usual = self.habit("usual");
        usual.page_minutes * 60.0 / self.page_pause / self.actions(usual).requests
    }
}

/// A price with all its digits.
fn price(dollars: f64) -> String {
    format!("${dollars}")
}

fn cents(dollars: f64) -> f64 {
    (dollars * 100.0).round() / 100.0
}
