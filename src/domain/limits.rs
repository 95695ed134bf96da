//! The limits of todos and of calls. If a type has a limit, the schema of the type contains this limit. In six
//! `#[schema(…)]` attributes, the limit is a number and not the name of a constant. `tests/openapi` checks these six
//! numbers.

/// The maximum number of characters (Unicode scalar values) in a title.
pub const TITLE: usize = 500;
/// The maximum number of characters in the notes.
pub const NOTES: usize = 4_000;
/// The maximum number of characters in the name of a list.
pub const LIST: usize = 60;
/// The maximum number of characters in a tag.
pub const TAG: usize = 60;
/// The maximum number of tags on one todo.
pub const TAGS: usize = 20;
/// The maximum number of steps in one todo.
pub const STEPS: usize = 50;
/// The maximum number of characters in the title of a step.
pub const STEP_TITLE: usize = 200;
/// The maximum number of todos that one call can add, update or delete. DynamoDB allows 100 actions in a transaction.
/// The 100 actions are enough for 40 todos, 40 new lists and the change record. If a call completes 40 repeating todos,
/// 81 actions are needed: 40 for the completed todos, 40 for the new todos with the next due dates, and one for the
/// change record.
pub const TODOS_PER_CALL: usize = 40;
/// The maximum number of todos that one change by filter can change. DynamoDB allows 100 actions in a transaction. The
/// remaining actions are for the record, the head, the repetition and the list.
pub const TODOS_BY_FILTER: usize = 90;
/// The maximum number of todos that a change by filter can leave as they are. The store reads these todos with one call,
/// which can read 100 items.
pub const EXCEPT_IDS: usize = 40;
/// The maximum number of values in one filter of a change by filter.
pub const FILTER_VALUES: usize = 20;
/// The maximum number of bytes in a request body. OpenAI sends at most 100,000 characters in a request. Most characters
/// need one byte.
pub const BODY_BYTES: usize = 128 * 1024;
/// The maximum number of todos or changes on one page.
pub const PAGE: usize = 100;
/// The number of todos or changes on one page, if the caller sends no `limit`.
pub const PAGE_DEFAULT: usize = 50;
/// The maximum number of characters in a search text or in another filter.
pub const FILTER: usize = 200;
/// The maximum number of characters in an idempotency key.
pub const IDEMPOTENCY_KEY: usize = 200;
/// A caller can undo a change within this number of days. The table keeps a deleted todo for this number of days. The
/// program recognises an idempotency key for this number of days.
pub const UNDO_DAYS: i64 = 30;
/// The maximum number of changes and todos that one undo since a time can concern. DynamoDB allows 100 actions in a
/// transaction. The remaining actions are for the records, and for the undo of this undo, which needs one more action.
pub const UNDO_SINCE: usize = 80;
/// If two identical requests to add todos come within this number of seconds, the second request counts as a
/// repetition.
pub const REPETITION_SECONDS: i64 = 120;
/// The maximum number of todos that a list can have if somebody deletes the list with its todos. DynamoDB allows 100
/// actions in a transaction. The remaining actions are for the record and for the list, also when an undo is undone.
pub const LIST_TODOS: usize = 90;
/// The maximum number of lists in an answer.
pub const LISTS: usize = 200;
/// The maximum number of todos in the overview. The same maximum applies to the tags in the overview.
pub const OVERVIEW: usize = 40;
