"""Reads the todo.txt files with pytodotxt."""

import datetime as dt

from pytodotxt import Task

LETTERS = dict(urgent="A", high="B", low="D")


def words(text):
    return "_".join(text.split())


def day(time):
    return dt.date.fromisoformat(time[:10])


def check(parts, todos):
    """Compares each line with its todo. `todos` has the order of the file."""
    lines = [line for text in parts for line in text.splitlines()]
    kept = [todo for todo in todos if todo["status"] != "deleted"]
    assert len(lines) == len(kept), (len(lines), len(kept))
    for line, todo in zip(lines, kept):
        compare(Task(line), todo, line)


def compare(task, todo, line):
    is_done, letter = todo["status"] == "completed", LETTERS.get(todo["priority"])
    due = todo.get("due", "")
    expected = dict(
        is_completed=is_done, priority=None if is_done else letter, creation_date=day(todo["created_at"]),
        completion_date=day(todo["completed_at"]) if is_done else None, projects=[words(todo["list"])],
        contexts=[words(tag) for tag in todo.get("tags", [])])
    for name, value in expected.items():
        assert getattr(task, name) == value, (name, getattr(task, name), value, line)
    keys = dict(due=due[:10], time=due[11:], rec=recurrence(todo.get("repeat")), pri=letter if is_done else "", id="", t="", h="")
    for key, value in keys.items():
        assert task.attributes.get(key, []) == ([value] if value else []), (key, value, line)
    # The comparison ignores spaces: the export adds a space after the sign of some words, which would have a meaning in
    # todo.txt.
    title, description = "".join(todo["title"].split()), "".join(task.description.split())
    assert description.startswith(f"{title}+{''.join(words(todo['list']))}"), line


def recurrence(repeat):
    if not repeat or {"weekdays", "on", "until", "count"} & set(repeat):
        return ""
    sign = "" if repeat.get("from") == "completion" else "+"
    return f"{sign}{repeat.get('every', 1)}{repeat['unit'][0]}"
