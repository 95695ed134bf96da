"""Changes random requests, so that more requests are valid. Also accepts correct answers for which a check of
schemathesis expects something else."""

import unicodedata
from collections import deque
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs
import schemathesis
from schemathesis.core import NOT_SET

# The schemas of the OpenAPI document do not contain the rules in this list. JSON Schema cannot express most of these
# rules. Each entry is a part of an error message of our API. If the API refuses a request that matches the OpenAPI
# document, the error message must contain an entry of this list. The only exceptions are the error codes in
# `CODES_BEYOND_SCHEMAS`.
BEYOND_SCHEMAS = (
    "send the last day",
    "is no date, because",
    "must have at least one visible character",
    "on one line",
    "cannot be set and cleared in the same call",
    "changes nothing",
    "must be at most 20 tags, but there are",
    "would make the notes",
    "must not be before due_from",
    "must not be before completed_from",
    "must not be before the due date",
    "must be `completed`, or left out",
    "cannot be sent together with `due_from`",
    "cannot clear `due` while the todo repeats",
    "may have `weekdays` only if `unit` is week",
    "must be the IANA name of a time zone",
    "has no step",
    "could mean step",
    "send the step in only one of these two fields",
    "must be ids separated by single commas",
    # The error for a text that is no day and no time.
    "for the person, it is",
    "send how far to move the due date",
    "send top, bottom, or after and the id of a todo",
    "says when the todo was done",
    "moves a due date, but the todo has none",
    "moves the due date out of the calendar",
    "has hours or minutes, but the due date has no time",
    "cannot be sent together with `due`",
    "cannot be skipped",
    "cannot be sent with status skipped",
    "must be a day of the month such as",
    "a day of each week: send",
    "may have only one of `until` and `count`",
    "may have only one of `weekdays` and `on`",
    "may have `on` only if `unit` is month or year",
    "is in the future; for the person",
    "cannot be sent together with `change_id`",
    "must be me, any, or the name of a program",
    "must be one of",
    "must be a whole number such as",
    "must have exactly one of rename_to",
    "cannot be sent together with `order`",
    "is missing: send the name of the list",
    "is the list that always exists",
    "is the name of another list",
    "must be another list",
    "would select all todos",
    "is missing: send `todos`",
    "is missing: send filters",
    "is missing: send the fields",
    "is missing: send the ids",
    "cannot be sent together with `todos`",
    "cannot be sent together with filters",
    "belongs to `where`",
    "may be deleted only if `set`",
    "values, but there are",
    # In a query, several values are one text, so the document does not list the words.
    "must be one of low, normal",
    "must be one of overdue",
)
# A cursor is valid only for the listing that returned the cursor. An idempotency key belongs to the first request with
# this key, so the API refuses a different request with the same key. A valid request may concern too many todos.
CODES_BEYOND_SCHEMAS = ("bad_cursor", "idempotency_key_reused", "too_large")
# The API also answers these operations, although the OpenAPI document does not contain them. schemathesis would expect
# status 405.
ONLY_ANSWERED = {("/settings", "GET"), ("/todos/{id}", "PATCH"), ("/todos/{id}", "DELETE")}

ZONES = ("Europe/Berlin", "Asia/Kathmandu", "UTC")
DUE = ("2026-11-27", "2026-11-27T09:30", "2026-11-27T15:00:00Z")
SINCE = ("10", "2 hours", "yesterday")
DAYS = ("2026-11-27", "today", "end of month")
SHIFT = ("+3d", "-1w", "2 weeks")
POSITION = ("top", "bottom")
ON = ("15", "last day", "first mon")
# The ids of todos that exist. The newest id is at the end of the list.
ids = deque(maxlen=40)


@schemathesis.hook
def after_call(_context, _case, response):
    if response.status_code == 201:
        ids.extend(todo["id"] for todo in response.json()["todos"])


@schemathesis.hook
def map_body(context, body):
    """Changes a random body so that it obeys more of the rules in BEYOND_SCHEMAS. So the API refuses fewer requests.
    schemathesis calls this function only in its fuzzing phase. In its coverage phase, schemathesis does not change the
    bodies."""
    body = likely(body)
    if context.operation.label == "PATCH /todos" and isinstance(body, dict) and isinstance(body.get("todos"), list):
        for edit, id in zip(body["todos"], reversed(ids)):
            if isinstance(edit, dict) and isinstance(edit.get("id"), str):
                edit["id"] = id
    if context.operation.label == "PATCH /todos" and isinstance(body, dict) and "todos" in body and "where" in body:
        # A call names todos by their ids or by filters, but not by both.
        unwanted = ("todos",) if len(ids) % 2 else ("where", "set", "expected_count", "preview")
        return {name: value for name, value in body.items() if name not in unwanted}
    if context.operation.label == "PATCH /lists" and isinstance(body, dict) and isinstance(body.get("order"), list):
        return {"order": ["Inbox"]}
    return body


def likely(value, name=""):
    if isinstance(value, dict):
        members = {name: likely(member, name) for name, member in value.items()}
        if isinstance(members.get("clear"), list):
            members["clear"] = [field for field in members["clear"] if not isinstance(field, str) or field not in members]
        # Only a completed todo has a time of completion.
        if members.get("status") != "completed":
            members.pop("completed_at", None)
        # If a call contains no steps, the todo may have no step 1. So in a call without steps, the hook empties the
        # list `complete_steps`.
        for name in ("complete_steps", "reopen_steps", "remove_steps", "rename_steps"):
            if isinstance(members.get(name), list):
                members[name] = ["1"] if name == "complete_steps" and members.get("steps") else []
        return members
    if isinstance(value, list):
        return [likely(element) for element in value]
    if not isinstance(value, str) or value == "":
        return value
    if name == "due":
        return DUE[len(value) % len(DUE)]
    if name == "completed_at":
        return "yesterday"
    if name in ("due_from", "due_to", "completed_from", "completed_to"):
        return DAYS[len(value) % len(DAYS)]
    if name == "shift":
        return SHIFT[len(value) % len(SHIFT)]
    if name == "position":
        return POSITION[len(value) % len(POSITION)]
    if name == "on":
        return ON[len(value) % len(ON)]
    if name == "since":
        return SINCE[len(value) % len(SINCE)]
    if name == "time_zone":
        return ZONES[len(value) % len(ZONES)]
    if name == "idempotency_key":
        return "".join(filter(str.isprintable, value)) or "key"
    return value if any(map(str.isalnum, value)) else value[:-1] + "x"


@schemathesis.hook
def filter_failure(_context, failure, case, response):
    match type(failure).__name__:
        case "RejectedPositiveData":
            return not is_refused_beyond_schemas(response.json())
        case "AcceptedNegativeData":
            return not fits_once_cleaned(case, response.request)
        case "UnsupportedMethodResponse":
            return (case.operation.path, response.request.method) not in ONLY_ANSWERED
        case "AllowHeaderMismatch":
            undocumented = {(case.operation.path, method) for method in failure.undocumented_methods}
            return failure.missing_methods != [] or not undocumented <= ONLY_ANSWERED
    return True


def is_refused_beyond_schemas(problem):
    errors = problem.get("errors", [])
    return problem["code"] in CODES_BEYOND_SCHEMAS or (
        errors != [] and all(any(rule in error["message"] for rule in BEYOND_SCHEMAS) for error in errors)
    )


def fits_once_cleaned(case, request):
    """Whether the cleaned request matches the OpenAPI document. `cleaned` changes a request in the same way as the API.
    Models send null, "" and [] for "nothing", so the API treats these three values as absent. The API measures the
    length of a text without invisible characters. The API accepts a step's title in place of the step, a step's
    position as a number, `weekdays` without the unit `week`, and a `limit` above the maximum. The OpenAPI document does not mention these rules."""
    document = case.operation.schema.raw_schema
    operation = document["paths"][case.operation.path][case.operation.method]
    if case.body is not NOT_SET:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        return jsonschema_rs.is_valid({**schema, "components": document["components"]}, cleaned(case.body or {}))
    query = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    schemas = {parameter["name"]: parameter["schema"] for parameter in operation.get("parameters", [])}
    return query != [] and all(value == "" or fits_as_text(schemas.get(name, False), cleaned(value)) for name, value in query)


def fits_as_text(schema, text):
    if schema is not False and schema["type"] == "boolean" and text.lower() in ("true", "false"):
        return True
    is_number = schema is not False and schema["type"] == "integer" and text.isdecimal()
    # A larger `limit` than the maximum means the maximum.
    number = min(int(text), schema.get("maximum", int(text))) if is_number else text
    return jsonschema_rs.is_valid(schema, number)


def cleaned(value, name=""):
    if isinstance(value, dict):
        members = {name: cleaned(member, name) for name, member in value.items() if not is_absent(member)}
        if name == "where":
            # The API accepts one text instead of an array of texts.
            several = ("status", "list", "tag", "priority", "due", "except_ids")
            members = {name: member.split(",") if name in several and isinstance(member, str) else member for name, member in members.items()}
        return {"unit": "week", **members} if name == "repeat" and members.get("weekdays") else members
    if isinstance(value, list):
        # The API refuses a null in the list `todos`, and ignores a null in every other list.
        elements = [cleaned(element) for element in value if name == "todos" or not is_absent(element)]
        if name == "steps":
            return [{"title": element} if isinstance(element, str) else element for element in elements]
        if name in ("complete_steps", "reopen_steps"):
            return [str(element) if type(element) is int else element for element in elements]
        return elements
    if isinstance(value, str):
        return " ".join("".join(letter for letter in value if is_seen(letter)).split())
    return value


def is_absent(value):
    return value in (None, "") or isinstance(value, list) and all(map(is_absent, value))


def is_seen(letter):
    # Python counts the characters U+001C to U+001F as spaces, but the API does not.
    is_space = letter.isspace() and letter not in "\x1c\x1d\x1e\x1f"
    return is_space or unicodedata.category(letter) not in ("Cc", "Cf")
