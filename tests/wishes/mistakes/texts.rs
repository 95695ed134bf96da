//! Texts that are too long, or unusual.

use serde_json::json;

use super::mistake::{Mistake, mistake, new_todo};

/// All mistakes of this file.
pub fn all() -> Vec<Mistake> {
    vec![
        mistake("100 KB of notes")
            .refused("addTodos", new_todo(json!({"title": "Report", "notes": "word ".repeat(20_000)})))
            .told("must be at most 4000 characters, but has 99999")
            .next("addTodos", new_todo(json!({"title": "Report", "notes": "word".repeat(1_000)})))
            .then(|state| state.add(json!({"title": "Report", "notes": "word".repeat(1_000)}))),
        mistake("200 KB of notes")
            .refused("addTodos", new_todo(json!({"title": "Report", "notes": "word ".repeat(40_000)})))
            .told("notes of at most 4,000 characters")
            .next("addTodos", new_todo(json!({"title": "Report", "notes": "word".repeat(1_000)})))
            .then(|state| state.add(json!({"title": "Report", "notes": "word".repeat(1_000)}))),
        mistake("a title of 2,000 characters")
            .refused("addTodos", new_todo(json!({"title": "word".repeat(500)})))
            .told("must be at most 500 characters, but has 2000")
            .next("addTodos", new_todo(json!({"title": "Report", "notes": "word".repeat(500)})))
            .then(|state| state.add(json!({"title": "Report", "notes": "word".repeat(500)}))),
        mistake("a title of two lines")
            .sends("addTodos", new_todo(json!({"title": "Milk\nand eggs"})))
            .then(|state| state.add(json!({"title": "Milk and eggs"}))),
        mistake("only white space as a title")
            .refused("addTodos", new_todo(json!({"title": " \n"})))
            .told("must have at least one visible character")
            .next("addTodos", new_todo(json!({"title": "Milk"})))
            .then(|state| state.add(json!({"title": "Milk"}))),
        mistake("only emoji as a title")
            .sends("addTodos", new_todo(json!({"title": "🥛👩‍👩‍👧🏴󠁧󠁢󠁳󠁣󠁴󠁿"})))
            .then(|state| state.add(json!({"title": "🥛👩‍👩‍👧🏴󠁧󠁢󠁳󠁣󠁴󠁿"}))),
        mistake("Arabic text with hidden marks of direction")
            .sends("addTodos", new_todo(json!({"title": "\u{202e}شراء\u{200f} الحليب\u{202c}"})))
            .then(|state| state.add(json!({"title": "شراء الحليب"}))),
        mistake("HTML and Markdown in a title")
            .sends("addTodos", new_todo(json!({"title": "**Milk** &amp; [eggs](x)"})))
            .then(|state| state.add(json!({"title": "**Milk** &amp; [eggs](x)"}))),
    ]
}
