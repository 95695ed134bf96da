//! The limits of todos and of calls. A type with a limit writes it into its schema. Six attributes repeat a limit as a
//! number, and `tests/openapi` checks these numbers.

/// Characters (Unicode scalar values) in a title.
pub const TITLE: usize = 500;
/// Characters in the notes.
pub const NOTES: usize = 4_000;
/// Characters in a list's name.
pub const LIST: usize = 60;
/// Characters in a tag.
pub const TAG: usize = 60;
/// Tags on one todo.
pub const TAGS: usize = 20;
/// Steps in one todo.
pub const STEPS: usize = 50;
/// Characters in a step's title.
pub const STEP_TITLE: usize = 200;
/// Todos that one call adds, updates or deletes. DynamoDB allows 100 actions in a transaction. This is enough for 40
/// todos, the change record, and either 40 new lists or 40 todos that follow repeating todos.
pub const TODOS_PER_CALL: usize = 40;
/// Bytes in a request body. OpenAI sends at most 100,000 characters, and most characters take one byte.
pub const BODY_BYTES: usize = 128 * 1024;
/// Todos or changes on one page.
pub const PAGE: usize = 100;
/// Todos or changes on one page if the caller sends no `limit`.
pub const PAGE_DEFAULT: usize = 50;
/// Characters in a search text or in another filter.
pub const FILTER: usize = 200;
/// Characters in an idempotency key.
pub const IDEMPOTENCY_KEY: usize = 200;
/// A change can be undone for this number of days. A deleted todo is kept for the same time, and an idempotency key is
/// remembered for the same time.
pub const UNDO_DAYS: i64 = 30;
/// If an identical request to add todos comes within this number of seconds, it counts as a repetition.
pub const REPETITION_SECONDS: i64 = 120;
/// The overview shows at most this number of todos, of lists and of tags.
pub const OVERVIEW: usize = 40;
