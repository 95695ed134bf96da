"""Reads the iCalendar files with the Python library icalendar, and with ical.js (read_calendar.mjs)."""

import datetime as dt
import itertools
import json
import pathlib
import subprocess
import tempfile
from zoneinfo import ZoneInfo

import icalendar
from dateutil import rrule

PRIORITIES = dict(urgent=1, high=3, low=9)
DATES = 6


def check(parts, todos, zone, tools):
    """Compares each VTODO with its todo. Returns the number of VTODOs and of RRULEs."""
    found, theirs = {}, {}
    for text in parts:
        assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
        calendar = icalendar.Calendar.from_ical(text)
        assert not calendar.errors, calendar.errors
        # The times come from the VTIMEZONE of the file, and not from the name of the zone.
        zones = {str(part["TZID"]): part.to_tz(lookup_tzid=False) for part in calendar.walk("VTIMEZONE")}
        for part in calendar.walk("VTODO"):
            assert not part.errors, part.errors
            assert str(part["UID"]) not in found, part["UID"]
            found[str(part["UID"])] = (part, zones)
        theirs |= {fields["uid"]: fields for fields in in_node(text, tools)}
    assert set(found) == set(theirs)
    for todo in todos.values():
        uid = f"{todo['id']}@todo-action"
        (part, zones), fields = found.pop(uid), theirs[uid]
        check_todo(part, todo)
        check_times(part, zones, fields, todo, zone)
        check_fields(fields, todo)
        for at, step in enumerate(todo.get("steps", []), 1):
            uid = f"{todo['id']}-{at}@todo-action"
            check_step(found.pop(uid)[0], theirs[uid], step, todo)
    assert not found, list(found)
    return len(theirs), sum(bool(fields["dates"]) for fields in theirs.values())


def in_node(text, tools):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "todos.ics")
        file.write_bytes(text.encode())
        script = pathlib.Path(__file__).with_name("read_calendar.mjs")
        node = subprocess.run(["node", script, file], env=tools, check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in node.stdout.splitlines()]


def status(todo):
    return dict(open="NEEDS-ACTION", completed="COMPLETED", deleted="CANCELLED")[todo["status"]]


def notes(todo):
    return todo.get("notes", "").replace("\u2028", "\n")


def utc(time):
    return dt.datetime.fromisoformat(time).astimezone(dt.timezone.utc)


def check_todo(part, todo):
    expected = dict(
        SUMMARY=todo["title"], DESCRIPTION=notes(todo), STATUS=status(todo), PRIORITY=PRIORITIES.get(todo["priority"], ""),
        SEQUENCE=todo["version"] - 1)
    for name, value in expected.items():
        assert str(part.get(name, "")) == str(value), (name, part.get(name), value)
    lists = {"X-TODO-ACTION-LIST": todo["list"]}
    for name, value in lists.items():
        assert str(part[name]) == value, (name, part[name], value)
    assert ("X-TODO-ACTION-REPEAT" in part) == ("repeat" in todo)
    assert [str(tag) for tag in part["CATEGORIES"].cats if tag] == todo["tags"] if todo.get("tags") else "CATEGORIES" not in part
    times = {"CREATED": "created_at", "LAST-MODIFIED": "updated_at", "DTSTAMP": "updated_at", "COMPLETED": "completed_at"}
    for name, field in times.items():
        value = part[name].dt if name in part else None
        assert value == (utc(todo[field]) if field in todo else None), (name, value, todo.get(field))
    assert (part.get("PERCENT-COMPLETE") == 100) == (todo["status"] == "completed")


def check_times(part, zones, fields, todo, zone):
    """Compares the due date, and the first dates of a repetition."""
    due = todo.get("due")
    if due is None:
        assert "DUE" not in part and "RRULE" not in part
        return
    value = part["DUE"].dt
    if "T" in due:
        local = dt.datetime.fromisoformat(due)
        assert value.replace(tzinfo=None) == local, value
        in_zone = part["DUE"].to_ical().endswith(b"Z") if zone == "UTC" else part["DUE"].params.get("TZID") == zone
        assert in_zone, (due, part["DUE"])
        moment = local.replace(tzinfo=ZoneInfo(zone))
        # The libraries disagree about a local time that occurs twice, or never, when the clocks change.
        if moment.utcoffset() == moment.replace(fold=1).utcoffset():
            assert local.replace(tzinfo=zones.get(zone, dt.timezone.utc)).utcoffset() == moment.utcoffset(), due
            assert fields["moment"] == moment.timestamp(), (due, fields["moment"], moment.timestamp())
    else:
        assert value == dt.date.fromisoformat(due), value
    assert fields["due"].removesuffix("Z") == (due + ":00" if "T" in due else due), fields["due"]
    if "RRULE" in part:
        assert part["DTSTART"].dt == value and part["DTSTART"].params == part["DUE"].params
        start = dt.datetime.fromisoformat(due)
        rule = part["RRULE"].to_ical().decode()
        # UNTIL is the end of a day in UTC, and `dateutil` wants it in the same form as DTSTART.
        rule = rrule.rrulestr(rule.removesuffix("Z"), dtstart=start)
        ours = [date.isoformat() for date in itertools.islice(rule, DATES)]
        assert [date.removesuffix("Z") for date in fields["dates"]] == [date if "T" in due else date[:10] for date in ours], (fields["dates"], ours)


def check_fields(fields, todo):
    """Compares what ical.js has read."""
    expected = {
        "summary": todo["title"], "description": notes(todo), "status": status(todo), "sequence": todo["version"] - 1,
        "priority": PRIORITIES.get(todo["priority"], ""), "categories": todo.get("tags", []), "x-todo-action-list": todo["list"],
    }
    for name, value in expected.items():
        assert fields.get(name, "") == value, (name, fields.get(name), value)
    assert fields.get("x-todo-action-repeat", "").startswith("every ") == ("repeat" in todo)
    assert utc(fields["created"]) == utc(todo["created_at"])


def check_step(part, fields, step, todo):
    done = "COMPLETED" if step.get("done") else "NEEDS-ACTION"
    done = "CANCELLED" if todo["status"] == "deleted" else done
    for title, parent, state in [
        (str(part["SUMMARY"]), str(part["RELATED-TO"]), str(part["STATUS"])),
        (fields["summary"], fields["related-to"], fields["status"]),
    ]:
        assert (title, parent, state) == (step["title"], f"{todo['id']}@todo-action", done)
