//! The limits of todos and of calls. A type that has a limit writes it into its schema. Six attributes repeat a
//! limit as a number, and `tests/openapi` compares them.

/// Characters (Unicode scalar values) of a title.
pub const TITLE: usize = 500;
/// Characters of the notes.
pub const NOTES: usize = 4_000;
/// Characters of a list's name.
pub const LIST: usize = 60;
/// Characters of a tag.
pub const TAG: usize = 60;
/// Tags on one todo.
pub const TAGS: usize = 20;
/// Steps in one todo.
pub const STEPS: usize = 50;
/// Characters of a step's title.
pub const STEP_TITLE: usize = 200;
/// Todos that one call adds, updates or deletes. With its change record, and its lists or the todos that follow repeating ones,
/// such a call fits DynamoDB's 100 actions in a transaction.
pub const TODOS_PER_CALL: usize = 40;
/// Bytes of a request body. OpenAI sends at most 100,000 characters, most of them one byte each.
pub const BODY_BYTES: usize = 128 * 1024;
/// Todos or changes on one page.
pub const PAGE: usize = 100;
/// Todos or changes on one page when the caller names no `limit`.
pub const PAGE_DEFAULT: usize = 50;
/// Characters of a search text or another filter.
pub const FILTER: usize = 200;
/// Characters of an idempotency key.
pub const IDEMPOTENCY_KEY: usize = 200;
/// Days for which a change can be undone, a deleted todo is kept, and an idempotency key is remembered.
pub const UNDO_DAYS: i64 = 30;
/// Seconds within which an identical request to add todos is taken for a repetition.
pub const REPETITION_SECONDS: i64 = 120;
/// Todos, lists and tags that the overview shows at most.
pub const OVERVIEW: usize = 40;
