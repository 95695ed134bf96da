//! Starts a Lambda function as a process, and gives events to this function through the Lambda Runtime API. The
//! measured times include the time that the code in this file needs. This code uses blocking threads, because blocking
//! threads need little time. AWS describes the Runtime API at
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_getcpuclockid};
use nix::unistd::Pid;

use crate::{Result, cpus, dynamodb::ACCESS_KEY};

/// The benchmark waits at most this time for one step of a function. Even under valgrind, every step ends earlier.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The command and the environment that start a function.
#[derive(Debug, Clone)]
pub struct Program {
    pub command: Vec<String>,
    pub environment: Vec<(String, String)>,
}

/// A running Lambda function. `Drop` kills the process of the function.
pub struct Function {
    child: Child,
    events: Arc<Mutex<mpsc::Sender<String>>>,
    happened: mpsc::Receiver<Happened>,
    output: Arc<Mutex<Vec<String>>>,
    cpu: Duration,
    /// The time from the start of the process until the function asks for its first event.
    pub init: Duration,
}

/// The result of one event.
#[derive(Debug)]
pub struct Invocation {
    /// The time that the function takes to answer the event, measured outside the function.
    pub wall: Duration,
    /// The processor time that the function uses from its request for this event until its request for the next event.
    pub cpu: Duration,
    pub status: u64,
    pub body: serde_json::Value,
}

enum Happened {
    Polled { at: Instant, cpu: Duration },
    HandedOut { at: Instant },
    Answered { at: Instant, body: Vec<u8> },
    Failed { why: String },
}

impl Function {
    pub fn start(program: &Program) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let mut command = Command::new(&program.command[0]);
        command.args(&program.command[1..]).env_clear().envs(environment(&listener.local_addr()?.to_string()));
        command.envs(program.environment.iter().cloned());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let started = Instant::now();
        let mut child = cpus::on_its_own(|| command.spawn())?;
        let clock = clock_getcpuclockid(Pid::from_raw(child.id().try_into()?))?;

        let (events, waiting) = mpsc::channel();
        let (report, happened) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (waiting, report) = (waiting.clone(), report.clone());
                std::thread::spawn(move || drop(Connection { stream, waiting, report, clock }.serve()));
            }
        });
        let output = Arc::new(Mutex::new(Vec::new()));
        let lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let kept = output.clone();
        std::thread::spawn(move || lines.map_while(std::io::Result::ok).for_each(|line| lock(&kept).push(line)));

        let events = Arc::new(Mutex::new(events));
        let mut function = Self { child, events, happened, output, cpu: Duration::ZERO, init: Duration::ZERO };
        let (at, cpu) = function.polled()?;
        (function.init, function.cpu) = (at - started, cpu);
        Ok(function)
    }

    /// Gives an event to the function, and waits until the function asks for the next event.
    pub fn invoke(&mut self, event: String) -> Result<Invocation> {
        lock(&self.events).send(event)?;
        let mut handed_out = None;
        let (answered, body) = loop {
            match self.next()? {
                Happened::HandedOut { at } => handed_out = Some(at),
                Happened::Answered { at, body } => break (at, body),
                Happened::Failed { why } => return Err(why.into()),
                Happened::Polled { .. } => return Err("the function asked for an event before it answered one".into()),
            }
        };
        let wall = answered - handed_out.ok_or("an answer to no event")?;
        let (_, cpu) = self.polled()?;
        let spent = cpu.saturating_sub(std::mem::replace(&mut self.cpu, cpu));
        let answer: serde_json::Value = serde_json::from_slice(&body)?;
        let status = answer["statusCode"].as_u64().unwrap_or_default();
        let body = answer["body"].as_str().and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
        Ok(Invocation { wall, cpu: spent, status, body })
    }

    /// Does the same as `invoke`, but returns an error if the status of the answer is not 2xx.
    pub fn expect(&mut self, event: String) -> Result<Invocation> {
        let invocation = self.invoke(event)?;
        if !(200..300).contains(&invocation.status) {
            return Err(format!("answered {}: {}", invocation.status, invocation.body).into());
        }
        Ok(invocation)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns the highest memory use of the process so far, in KiB.
    pub fn peak_memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// Waits until the function has written at least `count` new lines that contain `word`. A line is new if the
    /// function wrote it after the last call of `take_lines`. Returns the lines that contain `word`, and discards the
    /// other lines.
    pub fn take_lines(&self, word: &str, count: usize) -> Result<Vec<String>> {
        let begun = Instant::now();
        loop {
            let mut lines = lock(&self.output);
            if lines.iter().filter(|line| line.contains(word)).count() >= count {
                return Ok(std::mem::take(&mut *lines).into_iter().filter(|line| line.contains(word)).collect());
            }
            if begun.elapsed() > TIMEOUT {
                return Err(format!("the function did not write {count} lines with {word}").into());
            }
            drop(lines);
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Stops the process with SIGTERM, so that valgrind writes its results.
    pub fn terminate(mut self) -> Result<()> {
        nix::sys::signal::kill(Pid::from_raw(self.child.id().try_into()?), nix::sys::signal::Signal::SIGTERM)?;
        self.child.wait()?;
        Ok(())
    }

    fn next(&mut self) -> Result<Happened> {
        let begun = Instant::now();
        loop {
            match self.happened.recv_timeout(Duration::from_secs(1)) {
                Ok(happened) => return Ok(happened),
                Err(_) if begun.elapsed() > TIMEOUT => return Err("the function does nothing".into()),
                Err(_) => {}
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the function ended: {status}").into());
            }
        }
    }

    fn polled(&mut self) -> Result<(Instant, Duration)> {
        loop {
            match self.next()? {
                Happened::Polled { at, cpu } => return Ok((at, cpu)),
                Happened::Failed { why } => return Err(why.into()),
                Happened::HandedOut { .. } | Happened::Answered { .. } => {}
            }
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// One connection from the function to the Runtime API.
struct Connection {
    stream: TcpStream,
    waiting: Arc<Mutex<mpsc::Receiver<String>>>,
    report: mpsc::Sender<Happened>,
    clock: ClockId,
}

impl Connection {
    fn serve(mut self) -> Result<()> {
        self.stream.set_nodelay(true)?;
        let mut buffer = Vec::new();
        loop {
            let Some((path, body)) = self.request(&mut buffer)? else { return Ok(()) };
            if path.ends_with("/invocation/next") {
                self.report.send(Happened::Polled { at: Instant::now(), cpu: now(self.clock)? })?;
                let event = lock(&self.waiting).recv()?;
                self.report.send(Happened::HandedOut { at: Instant::now() })?;
                self.stream.write_all(handed_out(&event).as_bytes())?;
                continue;
            }
            let at = Instant::now();
            self.stream.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")?;
            self.report.send(if path.ends_with("/response") {
                Happened::Answered { at, body }
            } else {
                Happened::Failed { why: format!("{path}: {}", String::from_utf8_lossy(&body)) }
            })?;
        }
    }

    /// Returns the path and the body of the next request. Returns `None` if the function has closed the connection.
    fn request(&mut self, buffer: &mut Vec<u8>) -> Result<Option<(String, Vec<u8>)>> {
        let mut chunk = [0; 16_384];
        loop {
            let mut headers = [httparse::EMPTY_HEADER; 32];
            let mut request = httparse::Request::new(&mut headers);
            if let httparse::Status::Complete(start) = request.parse(buffer)? {
                let length = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
                let length = length.map_or(Ok("0"), |header| std::str::from_utf8(header.value))?.parse::<usize>()?;
                if buffer.len() >= start + length {
                    let path = request.path.unwrap_or_default().to_owned();
                    let rest = buffer.split_off(start + length);
                    let body = std::mem::replace(buffer, rest).split_off(start);
                    return Ok(Some((path, body)));
                }
            }
            match self.stream.read(&mut chunk)? {
                0 => return Ok(None),
                count => buffer.extend_from_slice(&chunk[..count]),
            }
        }
    }
}

fn handed_out(event: &str) -> String {
    let deadline = std::time::UNIX_EPOCH.elapsed().unwrap_or_default() + Duration::from_secs(15);
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Lambda-Runtime-Aws-Request-Id: 8f507cfc-5b1a-4697-b07a-000000000001\r\n\
         Lambda-Runtime-Deadline-Ms: {}\r\n\
         Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:123456789012:function:todo-action\r\n\
         Lambda-Runtime-Trace-Id: Root=1-6740a3f2-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1\r\n\r\n{event}",
        event.len(),
        deadline.as_millis()
    )
}

/// Returns the environment variables that Lambda sets for a function.
fn environment(api: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("AWS_LAMBDA_RUNTIME_API", api),
        ("AWS_LAMBDA_FUNCTION_NAME", "todo-action"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/todo-action"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/22/[$LATEST]0123456789abcdef0123456789abcdef"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        // The example credentials from AWS's documentation give no access to AWS.
        ACCESS_KEY,
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjEXAMPLETOKEN"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("TZ", ":UTC"),
        ("TABLE_NAME", "todos"),
    ]
}

fn now(clock: ClockId) -> Result<Duration> {
    Ok(Duration::from(clock.now()?))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
