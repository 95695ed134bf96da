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
/// The maximum number of todos that one call can add, update or delete. If a change is too large for one transaction of
/// DynamoDB, the store makes the change in several transactions. DynamoDB takes 1,000 write units a second for one
/// owner, and a todo takes at least 3 write units.
pub const TODOS_PER_CALL: usize = 1_000;
/// The maximum number of todos that a caller can exclude from a change by filter (`except_ids`). The store reads these
/// todos with one call, which can read 100 items.
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
/// The maximum number of changes that one undo since a time can undo. DynamoDB allows 100 actions in a transaction, and
/// the undo marks each of these changes in one transaction.
pub const UNDO_SINCE: usize = 80;
/// If two identical requests to add todos come within this number of seconds, the second request counts as a
/// repetition.
pub const REPETITION_SECONDS: i64 = 120;
/// The maximum number of lists in an answer, and in a request that orders lists.
pub const LISTS: usize = 200;
/// The maximum number of todos in the overview. The same maximum applies to the tags in the overview.
pub const OVERVIEW: usize = 30;
