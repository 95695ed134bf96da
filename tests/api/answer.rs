//! What tests read from an HTTP answer.

use super::harness::Answer;

impl Answer {
    /// The ids of the todos in the answer.
    pub fn ids(&self) -> Vec<String> {
        let todos = self.body["todos"].as_array().expect("an answer with todos");
        todos.iter().map(|todo| todo["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The id of the change that the request made.
    #[track_caller]
    pub fn change_id(&self) -> String {
        self.body["change"]["id"].as_str().unwrap_or_else(|| panic!("no change in {}", self.text)).to_owned()
    }

    /// Asserts that the answer is a complete problem document (RFC 9457) with this status and code.
    #[track_caller]
    pub fn assert_problem(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.text);
        assert_eq!(self.body["status"], status, "{}", self.text);
        assert_eq!(self.body["code"], code, "{}", self.text);
        assert_eq!(self.body["type"], format!("urn:todo-action:problem:{code}"));
        for member in ["title", "detail"] {
            assert!(self.body[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {}", self.text);
        }
        assert!(self.text.chars().count() < 100_000);
    }

    /// Asserts that the answer reports an error at `path`, and that the message of this error contains `says`.
    #[track_caller]
    pub fn assert_error(&self, path: &str, says: &str) {
        let errors = self.body["errors"].as_array().unwrap_or_else(|| panic!("no errors in {}", self.text));
        let about = errors.iter().filter(|error| error["path"] == path);
        let said = about.filter_map(|error| error["message"].as_str()).any(|message| message.contains(says));
        assert!(said, "no error at {path:?} says {says:?}: {}", self.text);
    }
}
