//! The line of a request as CloudWatch's embedded metric format has it: a log line that is also a set of metrics.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::sync::LazyLock;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::line::Line;

/// Where the metrics are found.
const NAMESPACE: &str = "todo-action";

/// What a line says, and what of it are metrics.
#[derive(Serialize)]
struct Metrics<'a> {
    timestamp: Timestamp,
    level: &'static str,
    message: String,
    function: &'a str,
    #[serde(rename = "_aws")]
    aws: Aws,
    #[serde(flatten)]
    line: &'a Line,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Aws {
    timestamp: i64,
    cloud_watch_metrics: &'static Option<Box<RawValue>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: &'static [&'static [&'static str]],
    metrics: &'static [Metric],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    name: &'static str,
    unit: &'static str,
}

/// CloudWatch charges for each metric and combination of dimensions, so only the duration, whose samples are also the
/// number of requests, is kept by operation; the other members of the line are there for queries.
const COUNTS: Directive = Directive {
    namespace: NAMESPACE,
    dimensions: &[&["function"]],
    metrics: &[count("dynamodb_calls"), count("replays"), count("conflicts"), count("faults")],
};
const DURATION: Directive = Directive {
    namespace: NAMESPACE,
    dimensions: &[&["function"], &["function", "operation"]],
    metrics: &[Metric { name: "duration_ms", unit: "Milliseconds" }],
};

/// Written once: it is the same in every line.
static DIRECTIVES: LazyLock<Option<Box<RawValue>>> = LazyLock::new(|| to_raw_value(&[COUNTS, DURATION]).ok());

const fn count(name: &'static str) -> Metric {
    Metric { name, unit: "Count" }
}

/// The line with its metrics and its end, in one piece: the standard output looks for the end of a line in each.
pub fn line(line: &Line, function: &str, now: Timestamp) -> Vec<u8> {
    let metrics = Metrics {
        timestamp: now,
        level: if line.faults > 0 { "ERROR" } else { "INFO" },
        message: format!("{} answered {}", line.operation, line.status),
        function,
        aws: Aws { timestamp: now.as_millisecond(), cloud_watch_metrics: &DIRECTIVES },
        line,
    };
    let mut bytes = serde_json::to_vec(&metrics).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
