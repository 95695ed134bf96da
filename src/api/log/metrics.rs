//! Writes a log line in CloudWatch's embedded metric format. CloudWatch also reads metrics from such a log line. The
//! format is described here:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::sync::LazyLock;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::line::Line;

/// The CloudWatch namespace of the metrics.
const NAMESPACE: &str = "todo-action";

/// The content of a log line, and a list that says which members of the line are metrics.
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

/// CloudWatch charges for each metric in each combination of dimensions. So the program records only the duration for
/// each operation. The program records the other metrics for the whole Lambda function. Each request adds one sample to
/// the metric `duration_ms`, so the number of samples is the number of requests. The other members of a log line are
/// not metrics, but log queries can use them.
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

/// The list of metrics as JSON. The list is the same in every log line, so the program makes this JSON only once.
static DIRECTIVES: LazyLock<Option<Box<RawValue>>> = LazyLock::new(|| to_raw_value(&[COUNTS, DURATION]).ok());

const fn count(name: &'static str) -> Metric {
    Metric { name, unit: "Count" }
}

/// The log line with its metrics, and with a line break at the end. The line break is part of the same text, because
/// the program would need more time to write the line and the line break separately.
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
