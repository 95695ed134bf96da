//! Runs the `todo` command as a process, and sends requests to a running `todo serve`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::kept;

/// A running server. `Drop` stops the server.
pub struct Server {
    pub child: Child,
    pub address: String,
    pub greeting: String,
}

impl Server {
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    pub fn start_with(data: &Path, more: &[&str]) -> Self {
        Self::start_command(&mut todo(&[&["serve", "--port", "0", "--data", data.to_str().unwrap()], more].concat()))
    }

    /// Starts a server with this command.
    pub fn start_command(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut greeting = String::new();
        while !greeting.contains("/undo") {
            greeting += &lines.next().expect("a greeting").unwrap();
            greeting.push('\n');
        }
        // This thread reads the rest of the output. Otherwise the pipe could become full, and the server would wait
        // forever.
        std::thread::spawn(move || lines.for_each(drop));
        let base = greeting.lines().find_map(|line| line.trim().strip_prefix("API")).unwrap().trim();
        let address = base.strip_prefix("http://").unwrap().to_owned();
        Self { child, address, greeting }
    }

    pub fn send(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.send_as(method, path, body, &format!("Host: {}", self.address))
    }

    pub fn send_as(&self, method: &str, path: &str, body: Value, headers: &str) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        read(&self.exchange(method, path, &body, headers, "application/json"))
    }

    /// Sends a form.
    pub fn post_form(&self, path: &str, form: &str) -> (u16, Value) {
        let host = format!("Host: {}", self.address);
        read(&self.exchange("POST", path, form, &host, "application/x-www-form-urlencoded"))
    }

    /// Sends a request without a body. Returns the status line and the headers of the answer.
    pub fn head(&self, method: &str, path: &str, headers: &str) -> String {
        self.exchange(method, path, "", headers, "application/json").split("\r\n\r\n").next().unwrap().to_owned()
    }

    /// Sends a request. Returns the whole answer.
    pub fn exchange(&self, method: &str, path: &str, body: &str, headers: &str, media_type: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\n{headers}\r\nConnection: close\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Stops the server with the same signal as Ctrl-C, and waits until the server has ended.
    pub fn interrupt(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success(), "Ctrl-C is a clean stop");
    }
}

/// The status and the body of an answer.
fn read(answer: &str) -> (u16, Value) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap_or_default())
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub fn todo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_todo"));
    let log = kept::file("tests-serve.log").map_or_else(Stdio::null, Stdio::from);
    command.args(arguments).stdin(Stdio::null()).stderr(log);
    for variable in
        ["PUBLIC_URL", "OWNER", "DEFAULT_TIME_ZONE", "CONFIRM", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
    {
        command.env_remove(variable);
    }
    command
}

pub fn refused(arguments: &[&str]) -> String {
    let Output { status, stderr, .. } = todo(arguments).stderr(Stdio::piped()).output().unwrap();
    assert!(!status.success(), "{arguments:?}");
    let said = String::from_utf8(stderr).unwrap();
    assert!(!said.contains("panicked"), "{said}");
    said
}
