//! The line of a request as CloudWatch's embedded metric format has it: a log line that is also a set of metrics.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use jiff::Timestamp;
use serde_json::{Value, json};

use super::log::Line;

/// Where the metrics are found.
const NAMESPACE: &str = "todo-action";

/// The line with its metrics. CloudWatch charges for each metric and combination of dimensions, so only the duration,
/// whose samples are also the number of requests, is kept by operation; the other members of the line are there for queries.
pub fn line(line: &Line, function: &str, now: Timestamp) -> Value {
    let metric = |name: &str, unit: &str| json!({ "Name": name, "Unit": unit });
    let duration = metric("duration_ms", "Milliseconds");
    let counts = ["dynamodb_calls", "replays", "conflicts", "faults"].map(|name| metric(name, "Count"));
    let level = if line.faults > 0 { "ERROR" } else { "INFO" };
    let mut members = json!({
        "timestamp": now,
        "level": level,
        "message": format!("{} answered {}", line.operation, line.status),
        "function": function,
        "_aws": {
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [
                { "Namespace": NAMESPACE, "Dimensions": [["function"]], "Metrics": counts },
                { "Namespace": NAMESPACE, "Dimensions": [["function"], ["function", "operation"]], "Metrics": [duration] },
            ],
        },
    });
    let said = json!(line);
    if let (Value::Object(members), Value::Object(said)) = (&mut members, said) {
        members.extend(said);
    }
    members
}
