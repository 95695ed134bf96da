//! Random writes of a person, for the tests of the export. The same seed gives the same writes.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::harness::{Answer, Api};

/// Texts that code with a mistake would write into a file wrongly.
const TEXTS: [&str; 16] = [
    "Buy milk",
    "🏳️‍🌈 Party 👩‍👩‍👧‍👦 ✅",
    "שלום עולם — قائمة المهام",
    "e\u{301}te\u{301}, ß, ǅ, ﬁ, 𝒳",
    "=HYPERLINK(\"https://evil.example\",\"click\")",
    "+1 @SUM(A1:A9) | -2",
    "\"quoted\", 'single'; back\\slash \\n \\u0000 &#10; &amp;",
    "BEGIN:VTODO;X=1,2",
    "x 2026-01-01 (A) +project @context due:2026-01-01",
    "- [ ] # *bold* _it_ `code` [a](b) <b>html</b> <!-- -->",
    "%0D%0A %s {} ${HOME} $(id) `id`",
    "null",
    "[31m red ^[[0m",
    "a\u{a0}b\u{2003}c\u{3000}d",
    "漢字かな交じり文 한국어",
    "true, 1e5, 0x10, 1/2/2026",
];
const LISTS: [&str; 8] = ["Inbox", "Home", "WORK", "Ünï", "🎒 Trip", "a,b;c", "=list", "עברית"];
const PRIORITIES: [&str; 4] = ["low", "normal", "high", "urgent"];

/// A person who writes at random.
pub struct Life {
    api: Api,
    state: u64,
    ids: Vec<String>,
    changes: Vec<String>,
}

impl Life {
    pub fn new(api: &Api, seed: u64) -> Self {
        Self { api: api.clone(), state: seed, ids: Vec::new(), changes: Vec::new() }
    }

    /// Adds todos until the person has this number of todos. Makes other writes in between.
    pub async fn live(&mut self, todos: usize) {
        while self.ids.len() < todos {
            let number = if self.one_in(8) { 110 } else { 1 + self.below(45) };
            let todos: Vec<Value> = (0..number).map(|_| self.todo()).collect();
            let added = self.send("POST", "/todos", json!({"todos": todos, "allow_duplicate": true})).await;
            assert_eq!(added.status, 201, "{}", added.text);
            for _ in 0..9 {
                self.write().await;
            }
        }
    }

    /// A number from 0 to `limit - 1` (SplitMix64).
    fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }

    fn one_in(&mut self, number: usize) -> bool {
        self.below(number) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn title(&mut self) -> String {
        format!("{} {}", self.pick(&TEXTS), self.below(1_000))
    }

    fn notes(&mut self) -> String {
        let ends = ["\n", "\n\n", " ", "\n\t- ", "\n> "];
        (0..1 + self.below(6)).map(|_| format!("{}{}", self.pick(&TEXTS), self.pick(&ends))).collect()
    }

    fn due(&mut self) -> String {
        let day = format!("2026-{:02}-{:02}", 11 + self.below(2), 1 + self.below(30));
        if self.one_in(2) { day } else { format!("{day}T{:02}:{:02}", self.below(24), self.below(60)) }
    }

    fn repeat(&mut self) -> Value {
        match self.below(5) {
            0 => json!({"unit": "day", "every": 1 + self.below(5)}),
            1 => json!({"unit": "week", "weekdays": ["mon", "thu"]}),
            2 => json!({"unit": "month", "on": "last workday"}),
            3 => json!({"unit": "year", "count": 3}),
            _ => json!({"unit": "week", "from": "completion", "until": "2027-12-31"}),
        }
    }

    fn steps(&mut self) -> Value {
        (0..1 + self.below(4)).map(|_| json!({"title": self.title(), "done": self.one_in(2)})).collect()
    }

    fn todo(&mut self) -> Value {
        let mut todo = json!({ "title": self.title() });
        if self.one_in(2) {
            todo["list"] = self.pick(&LISTS).into();
        }
        if self.one_in(3) {
            todo["due"] = self.due().into();
            if self.one_in(3) {
                todo["repeat"] = self.repeat();
            }
        }
        if self.one_in(4) {
            todo["notes"] = self.notes().into();
        }
        if self.one_in(5) {
            todo["tags"] = json!(["tag", self.pick(&["é", "shopping list", "2026", "=x"])]);
        }
        if self.one_in(6) {
            todo["steps"] = self.steps();
        }
        if self.one_in(3) {
            todo["priority"] = self.pick(&PRIORITIES).into();
        }
        todo
    }

    fn edit(&mut self) -> Value {
        match self.below(16) {
            0 => json!({ "title": self.title() }),
            1 => json!({ "notes": self.notes() }),
            2 => json!({ "append_notes": self.notes() }),
            3 => json!({ "due": self.due() }),
            4 => json!({"due": self.due(), "repeat": self.repeat()}),
            5 => json!({"clear": ["due", "repeat"]}),
            6 => json!({ "list": self.pick(&LISTS) }),
            7 => json!({ "priority": self.pick(&PRIORITIES) }),
            8 => json!({ "add_tags": ["new", self.pick(&["a", "b"])] }),
            9 => json!({ "steps": self.steps() }),
            10 => json!({ "position": self.pick(&["top", "bottom"]) }),
            11 => json!({"status": "completed", "completed_at": "2026-11-20T08:00"}),
            12 => json!({"status": "skipped"}),
            13 => json!({"status": "open"}),
            14 => json!({"clear": ["notes", "tags", "steps"]}),
            _ => json!({"status": "completed"}),
        }
    }

    /// One random write. The service may refuse it, for example because a deleted todo cannot be edited.
    async fn write(&mut self) {
        let (method, path, body) = match self.below(12) {
            0..=5 => {
                let first = self.below(self.ids.len());
                let last = self.ids.len().min(first + 1 + self.below(4));
                let mut edits: Vec<_> = (first..last).map(|_| self.edit()).collect();
                for (edit, id) in edits.iter_mut().zip(&self.ids[first..last]) {
                    edit["id"] = json!(id);
                }
                ("PATCH", "/todos".to_owned(), json!({ "todos": edits }))
            }
            6 => {
                let first = self.below(self.ids.len());
                let ids = &self.ids[first..self.ids.len().min(first + 3)];
                ("DELETE", format!("/todos?ids={}", ids.join(",")), Value::Null)
            }
            7 => ("POST", "/undo".to_owned(), json!({})),
            8 => {
                let at = self.below(self.changes.len());
                ("POST", "/undo".to_owned(), json!({ "change_id": self.changes[at] }))
            }
            9 => ("PATCH", "/settings".to_owned(), self.settings()),
            10 => ("PATCH", "/lists".to_owned(), self.lists()),
            _ => {
                let edit = json!({"priority": self.pick(&PRIORITIES), "add_tags": ["many"]});
                ("PATCH", "/todos".to_owned(), json!({"where": {"list": self.pick(&LISTS)}, "set": edit}))
            }
        };
        let answer = self.send(method, &path, body.clone()).await;
        let is_known = matches!(answer.status.as_u16(), 200 | 404 | 409 | 422);
        assert!(is_known, "{method} {path} {body}: {}", answer.text);
    }

    fn settings(&mut self) -> Value {
        match self.below(3) {
            0 => json!({ "time_zone": self.pick(&["Europe/Paris", "America/New_York", "Asia/Kathmandu"]) }),
            1 => json!({ "week_start": self.pick(&["sun", "mon"]) }),
            _ => json!({ "default_list": self.pick(&LISTS) }),
        }
    }

    fn lists(&mut self) -> Value {
        let list = self.pick(&LISTS);
        match self.below(4) {
            0 => json!({"list": list, "rename_to": format!("{list}!")}),
            1 => json!({"list": list, "merge_into": self.pick(&LISTS)}),
            2 => json!({"order": [self.pick(&LISTS), self.pick(&LISTS[1..])]}),
            _ => json!({"list": format!("{list}!"), "rename_to": list}),
        }
    }

    async fn send(&mut self, method: &str, path: &str, body: Value) -> Answer {
        let pause = 1 + self.below(90) as i64;
        self.api.clock.advance(pause.seconds());
        let answer = self.api.send(method, path, body, &[]).await;
        if answer.status == 201 {
            let added = answer.ids();
            self.ids.extend(added);
        }
        self.changes.extend(answer.body["change"]["id"].as_str().map(str::to_owned));
        answer
    }
}
