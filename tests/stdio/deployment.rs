//! Tests `todo mcp --url` with a deployment that closes its connections, or that does not answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Client, todo};

/// The reaction of the deployment to a request.
#[derive(Clone, Copy)]
enum Reaction {
    Answers,
    /// The deployment answers after 6 seconds.
    AnswersLate,
    /// The deployment answers, and then closes the connection.
    AnswersAndCloses,
    /// The deployment sends the first half of an answer, and then nothing.
    AnswersHalf,
    /// The deployment closes the connection without an answer.
    Closes,
    IsSilent,
}
use Reaction::{Answers, AnswersAndCloses, AnswersHalf, AnswersLate, Closes, IsSilent};

/// A request that the deployment has received: the number of its connection, its headers and its body.
type Seen = (usize, String, String);

struct Deployment {
    url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Deployment {
    /// Starts a deployment. For each request, `reaction` gets the number of the connection and the number of the
    /// request on this connection, and returns what the deployment does. Both numbers start at 0.
    fn start(reaction: fn(usize, usize) -> Reaction) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let all = seen.clone();
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().map(Result::unwrap).enumerate() {
                let seen = all.clone();
                std::thread::spawn(move || {
                    connection(
                        stream,
                        |at| reaction(number, at),
                        |(head, body)| seen.lock().unwrap().push((number, head, body)),
                    )
                });
            }
        });
        Self { url, seen }
    }

    /// A client of `todo mcp`. The client has a key.
    fn client(&self) -> Client {
        Client::greeted(&["--url".to_owned(), self.url.clone()], Some("todo_key"))
    }

    /// The requests for todos.
    fn calls(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().filter(|(_, head, _)| !head.contains("/openapi.json")).cloned().collect()
    }
}

fn connection(stream: TcpStream, reaction: impl Fn(usize) -> Reaction, see: impl Fn((String, String))) {
    let mut input = BufReader::new(stream.try_clone().unwrap());
    let mut output = stream;
    for at in 0.. {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if input.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let head = head.to_lowercase();
        let length =
            head.split("content-length: ").nth(1).map_or(0, |rest| rest.split("\r\n").next().unwrap().parse().unwrap());
        let mut body = vec![0; length];
        input.read_exact(&mut body).unwrap();
        let body = String::from_utf8(body).unwrap();
        let answer = if head.contains("/openapi.json") {
            include_str!("../../openapi.json").to_owned()
        } else {
            json!({"todos": []}).to_string()
        };
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{answer}",
            answer.len()
        );
        see((head, body));
        match reaction(at) {
            Answers => output.write_all(answer.as_bytes()).unwrap(),
            AnswersLate => {
                std::thread::sleep(Duration::from_secs(6));
                drop(output.write_all(answer.as_bytes()));
            }
            AnswersAndCloses => return output.write_all(answer.as_bytes()).unwrap(),
            AnswersHalf => output.write_all(&answer.as_bytes()[..answer.len() - 2]).unwrap(),
            Closes => return,
            IsSilent => {}
        }
    }
}

fn read(client: &mut Client) -> Value {
    client.call("getTodos", json!({}))
}

fn add(client: &mut Client, key: Option<&str>) -> Value {
    client.call("addTodos", json!({"todos": [{"title": "a"}], "idempotency_key": key}))
}

fn delete_with_key(client: &mut Client) -> Value {
    client.call("deleteTodos", json!({"ids": ["k7m2x9qa4t"], "idempotency_key": "k"}))
}

/// Runs a tool call, and checks how many seconds the call takes.
#[track_caller]
fn within<T>(seconds: std::ops::Range<u64>, call: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let result = call();
    let took = begin.elapsed();
    assert!((Duration::from_secs(seconds.start)..Duration::from_secs(seconds.end)).contains(&took), "{took:?}");
    result
}

#[track_caller]
fn assert_answered(result: &Value) {
    assert_eq!(result["structuredContent"]["todos"], json!([]), "{result}");
}

#[track_caller]
fn assert_unreachable(result: &Value) {
    assert!(result["isError"] == true && result.to_string().contains("check the todos before you repeat"), "{result}");
}

#[test]
fn the_document_is_fetched_without_the_key() {
    let deployment = Deployment::start(|_, _| Answers);
    assert_answered(&read(&mut deployment.client()));
    let seen = deployment.seen.lock().unwrap();
    let with_key: Vec<_> = seen.iter().map(|(_, head, _)| head.contains("authorization: bearer todo_key")).collect();
    assert!(seen[0].1.starts_with("get /openapi.json ") && seen[1].1.starts_with("get /todos "), "{seen:?}");
    assert_eq!(with_key, [false, true]);
}

#[test]
fn an_address_without_encryption_is_refused_before_the_key_is_sent() {
    for url in ["http://todo.example.com", "http://192.0.2.1:9000", "http://localhost@192.0.2.1"] {
        let arguments = ["--url".to_owned(), url.to_owned()];
        let mut command = todo("mcp", &arguments);
        let Output { status, stderr, .. } =
            command.env("TODO_API_KEY", "todo_key").stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8(stderr).unwrap();
        assert!(!status.success() && said.contains("--url must begin with https://") && said.contains(url), "{said}");
        assert!(!said.contains("todo_key"), "{said}");
    }
}

#[test]
fn over_a_connection_that_was_closed_while_idle_nothing_is_lost() {
    let deployment = Deployment::start(|_, _| AnswersAndCloses);
    let mut client = deployment.client();
    for call in [read, |client: &mut Client| add(client, None), |client: &mut Client| add(client, Some("k"))] {
        std::thread::sleep(Duration::from_millis(100));
        assert_answered(&within(0..2, || call(&mut client)));
    }
    assert_eq!(deployment.calls().len(), 3);
}

#[test]
fn what_may_be_sent_twice_is_sent_over_a_new_connection_when_the_old_one_breaks() {
    for call in [read, |client: &mut Client| add(client, Some("k")), delete_with_key] {
        let deployment = Deployment::start(|number, at| if (number, at) == (0, 1) { Closes } else { Answers });
        assert_answered(&within(0..2, || call(&mut deployment.client())));
        let calls = deployment.calls();
        assert_eq!(calls.iter().map(|call| call.0).collect::<Vec<_>>(), [0, 1]);
        assert_eq!((&calls[0].1, &calls[0].2), (&calls[1].1, &calls[1].2));
    }
    for key in [None, Some(" ")] {
        let deployment = Deployment::start(|number, at| if (number, at) == (0, 1) { Closes } else { Answers });
        assert_unreachable(&within(0..2, || add(&mut deployment.client(), key)));
        assert_eq!(deployment.calls().len(), 1, "the deployment may have done this write");
    }
}

#[test]
fn what_may_be_sent_twice_is_sent_over_a_new_connection_when_the_old_one_is_silent() {
    let deployment = Deployment::start(|number, at| if (number, at) == (0, 1) { IsSilent } else { Answers });
    let mut client = deployment.client();
    assert_answered(&within(4..7, || read(&mut client)));
    assert_eq!(deployment.calls().iter().map(|call| call.0).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn a_deployment_that_is_slow_but_alive_is_waited_for() {
    let deployment = Deployment::start(|_, at| if at == 1 { AnswersLate } else { Answers });
    assert_answered(&within(6..9, || add(&mut deployment.client(), None)));
    assert_eq!(deployment.calls().len(), 1);
    // On the second connection, no answer comes. On the first connection, the answer comes late.
    let deployment = Deployment::start(|number, at| match (number, at) {
        (0, 0) => Answers,
        (0, _) => AnswersLate,
        _ => Closes,
    });
    assert_answered(&within(6..9, || read(&mut deployment.client())));
}

#[test]
fn a_dead_connection_is_an_error_after_ten_seconds() {
    std::thread::scope(|scope| {
        for reaction in
            [|_, at| if at == 0 { Answers } else { IsSilent }, |_, at| if at == 0 { Answers } else { AnswersHalf }]
        {
            scope.spawn(move || {
                let deployment = Deployment::start(reaction);
                assert_unreachable(&within(10..13, || add(&mut deployment.client(), None)));
                assert_eq!(deployment.calls().len(), 1);
            });
        }
        scope.spawn(|| {
            let deployment = Deployment::start(|number, at| if (number, at) == (0, 0) { Answers } else { IsSilent });
            assert_unreachable(&within(10..13, || read(&mut deployment.client())));
        });
        scope.spawn(|| {
            let deployment = Deployment::start(|_, _| IsSilent);
            let mut command = todo("mcp", &["--url".to_owned(), deployment.url]);
            let output = within(10..13, || command.stderr(Stdio::piped()).output().unwrap());
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(
                !output.status.success() && said.contains("does not answer: there was no complete answer"),
                "{said}"
            );
        });
    });
}
