//! What an attacker without a key costs in a month, and what the limits of the table allow.

use super::{
    bill::{Line, line},
    data::{Model, SECONDS},
    day::Amounts,
};

/// The names of the two dearest anonymous requests in benches/requests.json.
pub const LARGEST: &str = "somebody reads the largest answer that needs no key";
pub const BEGINNING: &str = "somebody begins a sign-in";
const KB: f64 = 1_024.0;

impl Model {
    /// The number of requests in a month, if an attacker always sends as many requests as `RequestsPerSecond` allows.
    pub fn most_requests(&self) -> f64 {
        self.parameter("RequestsPerSecond") * SECONDS
    }

    /// The bill of a month in which an attacker always sends this request.
    pub fn attack(&self, name: &str) -> Vec<Line> {
        let once = Amounts { writes: 0.0, ..self.named(name) };
        let month = Amounts { writes: self.attack_writes(name), ..once } * self.most_requests();
        let mut bill = self.calls(month);
        bill.push(line("reads of the table", self.dollars("read_units", month.reads)));
        bill.push(line("writes of the table", self.dollars("write_units", month.writes)));
        bill.push(line("storage and backups of the items", self.storage(self.attack_gb(name) * 1e9)));
        bill
    }

    /// The write units of this request. An item of a sign-in may be larger than usual.
    fn attack_writes(&self, name: &str) -> f64 {
        if name == BEGINNING { self.habits.attack.sign_in_write_units } else { 0.0 }
    }

    /// The GB that the items of this attack fill. DynamoDB removes expired items only after some days. Each write unit
    /// writes 1 KB.
    pub fn attack_gb(&self, name: &str) -> f64 {
        let seconds = self.habits.attack.sign_in_days * 86_400.0;
        self.parameter("RequestsPerSecond") * seconds * self.attack_writes(name) * KB / 1e9
    }

    /// The price of a month of requests with invented keys. Each request takes one read unit. The answers are small.
    pub fn refused(&self) -> f64 {
        let requests = self.most_requests();
        let presumed = &self.habits.presumed;
        let each = Amounts {
            requests: 1.0,
            reads: 1.0,
            bytes: presumed.header_bytes,
            milliseconds: presumed.own_milliseconds + presumed.call_milliseconds,
            ..Amounts::default()
        };
        let calls: f64 = self.calls(each * requests).iter().map(|line| line.dollars).sum();
        calls + self.dollars("read_units", requests)
    }

    /// The price of a month in which the table always uses all units that its limit allows.
    pub fn most_units(&self, parameter: &str, price: &str) -> f64 {
        self.dollars(price, self.parameter(parameter) * SECONDS)
    }

    /// The price of a month of the dearest requests, if the table had no limit.
    pub fn without_a_limit(&self) -> f64 {
        self.dollars("write_units", self.most_requests() * self.habits.attack.dearest_write_units)
    }
}
