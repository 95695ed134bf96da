//! Tests warnings. A warning is an extra line in the log, in addition to the usual line for each request.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::{
    harness::Api,
    mcp::{Client, OLD},
    transport::Fault,
};

/// The log lines so far.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs `requests`, and returns the log lines that this thread writes during the run.
pub async fn logged(requests: impl Future<Output = ()>) -> Vec<Value> {
    let written = Written::default();
    let writer = written.clone();
    let log = tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(log);
    // If there is only one subscriber, another thread can switch off a log line for all threads.
    let second = tracing::Dispatch::new(tracing_subscriber::fmt().with_writer(io::sink).finish());
    requests.await;
    drop((guard, second));
    let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_warning_has_the_id_of_its_request() {
    let api = Api::new();
    for through in [None, Some("mcp")] {
        let body = json!({"todos": [{"title": "milk"}], "allow_duplicate": true});
        let lines = logged(async {
            api.wire.fail_only("Query", [Fault::NoTable; 4]);
            match through {
                None => assert_eq!(api.post("/todos", body).await.status, 201),
                Some(_) => drop(Client::new(&api, OLD).structured("addTodos", body).await),
            }
            api.wire.take_faults();
        })
        .await;
        let warning = lines.iter().find(|line| line["level"] == "WARN").expect("a warning");
        let line = lines.iter().find(|line| line["message"] == "addTodos answered 201").expect("a line");
        assert_eq!(line.get("through"), through.map(Value::from).as_ref(), "{line}");
        assert!(line["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{line}");
        assert_eq!(warning["request_id"], line["request_id"], "{warning}");
    }
}
