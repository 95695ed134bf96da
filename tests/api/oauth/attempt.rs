//! A person who tries to sign in. After a failure, a test can see the page, the written items, and the log.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use todo_action::config::{OAuth, People};

use super::{
    super::harness::{Answer, Api},
    person::{Browser, Program, Tokens, encoded, encoded_map},
    provider::Provider,
    somebody,
};

pub struct Attempt {
    pub provider: Provider,
    pub api: Api,
    pub program: Program,
    pub browser: Browser,
    pub subject: String,
    pub log: Log,
}

/// The log lines of this thread.
pub struct Log {
    written: Lines,
    _guard: tracing::subscriber::DefaultGuard,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    pub fn start() -> Self {
        let written = Lines::default();
        let lines = written.clone();
        let log = tracing_subscriber::fmt().json().flatten_event(true).with_max_level(tracing::Level::INFO);
        let log = log.with_writer(move || lines.clone()).finish();
        Self { written, _guard: tracing::subscriber::set_default(log) }
    }

    /// Returns the log lines that this thread has written since the last call of `take`.
    pub fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.written.0.lock().unwrap())).unwrap()
    }
}

/// Only people with an e-mail address of `example.com` may sign in.
pub fn invited(oauth: &mut OAuth) {
    oauth.people = People::Listed(vec!["example.com".to_owned()]);
}

impl Attempt {
    /// Everybody may sign in.
    pub async fn start() -> Self {
        Self::configured(|_| {}).await
    }

    pub async fn configured(configure: impl FnOnce(&mut OAuth)) -> Self {
        Self::at(Provider::start().await, configure).await
    }

    pub async fn at(provider: Provider, configure: impl FnOnce(&mut OAuth)) -> Self {
        let api = provider.api_with(configure);
        let program = Program::register(&api, "Claude Code").await;
        let subject = somebody(&api, "ada");
        Self { provider, api, program, browser: Browser::default(), subject, log: Log::start() }
    }

    /// Follows the link of the program. Returns the parameters that the provider gets.
    pub async fn begin(&mut self) -> BTreeMap<String, String> {
        self.browser.authorize(&self.api, &self.program).await
    }

    /// Follows the link of the program. Returns the answer.
    pub async fn authorize(&mut self) -> Answer {
        self.forget();
        self.browser.get(&self.api, &format!("/oauth/authorize?{}", encoded_map(&self.program.asks()))).await
    }

    /// Comes back from the provider with these parameters.
    pub async fn come_back(&mut self, sent: &[(&str, &str)]) -> Answer {
        self.forget();
        self.browser.get(&self.api, &format!("/oauth/callback?{}", encoded(sent))).await
    }

    /// Signs in at the provider, and comes back.
    pub async fn sign_in(&mut self, asked: &BTreeMap<String, String>) -> Answer {
        let (code, state) = self.provider.sign_in(&self.api, asked, &self.subject);
        self.come_back(&[("code", &code), ("state", &state)]).await
    }

    /// Goes from the link of the program to the answer of the callback.
    pub async fn callback(&mut self) -> Answer {
        let asked = self.begin().await;
        self.sign_in(&asked).await
    }

    fn forget(&self) {
        self.log.take();
        self.api.wire.take_written();
    }

    /// Asserts three things: nobody has signed in, the person sees a page with advice, and only the log contains
    /// `cause`.
    #[track_caller]
    pub fn assert_refused(&self, answer: &Answer, cause: &str) {
        let advice = "The sign-in service did not confirm who you are. Go back to the program, and connect it again.";
        self.assert_stopped(answer, 502, advice, cause);
        assert!(!answer.headers.contains_key("retry-after"));
    }

    /// Asserts the same three things after an outage of the provider. Returns the header `Retry-After`.
    #[track_caller]
    pub fn assert_outage(&self, answer: &Answer, cause: &str) -> u64 {
        let advice = "The sign-in service does not answer. Wait a moment, and load this page again.";
        self.assert_stopped(answer, 503, advice, cause);
        answer.headers["retry-after"].to_str().unwrap().parse().unwrap()
    }

    #[track_caller]
    pub fn assert_stopped(&self, answer: &Answer, status: u16, advice: &str, cause: &str) {
        assert_eq!(answer.status, status, "{cause}: {}", answer.text);
        assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
        assert!(answer.text.contains(advice), "{}", answer.text);
        assert!(!answer.headers.contains_key("location") && !answer.headers.contains_key("set-cookie"));
        assert_eq!(self.api.wire.take_written(), Vec::<String>::new(), "nothing is written");
        let log = self.log.take();
        let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let said = lines.iter().find_map(|line| {
            line["message"].as_str().filter(|message| message.starts_with("/oauth/"))?;
            Some(line["cause"].as_str().unwrap_or_default())
        });
        let said = said.expect("a log line of the request");
        assert!(said.contains(cause) && cause.is_empty() == said.is_empty(), "{cause}: {log}");
        let told = cause.split(": ").last().unwrap_or_default();
        assert!(told.is_empty() || !answer.text.contains(told), "{}", answer.text);
        let secrets = self.browser.cookies.values().map(String::as_str);
        for secret in secrets.chain(["eyJ", "code-", "opaque", "secret-internals", "hush-hush", self.subject.as_str()])
        {
            assert!(!log.contains(secret), "{secret}: {log}");
        }
        assert!(!answer.text.contains("secret-internals") && !answer.text.contains("127.0.0.1"), "{}", answer.text);
    }

    /// The same person tries again in the same browser, gives access to the program, and the program gets its tokens.
    pub async fn assert_works(&mut self) -> Tokens {
        let code = self.browser.allow(&self.api, &self.provider, &self.program, &self.subject).await;
        Tokens::of(&self.program.redeem(&self.api, &code).await)
    }
}
