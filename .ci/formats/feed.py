"""Reads a calendar feed with another program.

    python .ci/formats/feed.py ADDRESS

The script adds repeating todos to the running server at this address, and makes a calendar feed. In each time zone, it
expands the feed with the Python library recurring-ical-events, for more than a year. So both days on which the clocks
change are among these days. Each todo must have an event on its due date, and on each later date that `GET /todos` names
in `upcoming`, and on no other day. The server must have no todos at the beginning.
"""

import datetime as dt
import sys
import urllib.error
import urllib.parse
import urllib.request
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from service import Service

# In these zones, the clocks change by an hour, by half an hour, with negative daylight saving time, or not at all.
ZONES = ["Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Pacific/Auckland",
         "Europe/Dublin", "Asia/Kathmandu", "UTC"]
TIMES = ["", "T00:30", "T01:45", "T02:30", "T09:00"]
REPEATS = [
    dict(unit="day"), dict(unit="day", every=3), dict(unit="week"), dict(weekdays=["mon", "wed", "sun"]),
    dict(unit="week", every=2, weekdays=["sun", "mon"]), dict(unit="month"), dict(unit="month", on="31"),
    dict(unit="month", on="30"), dict(unit="month", on="last day"), dict(unit="month", on="last workday"),
    dict(unit="month", on="first workday"), dict(unit="month", on="second tue"), dict(unit="month", every=2, on="last fri"),
    dict(unit="year"), dict(unit="day", count=5), dict(unit="month", on="31", count=3), {"unit": "day", "from": "completion"},
    {"unit": "month", "on": "31", "from": "completion"},
]
DAY = dt.timedelta(1)


def fill(service, today):
    """Adds the todos. Some are due soon, some are overdue, and some were moved to another day."""
    assert not service.all(), "the server has todos"
    todos, moved = [], []
    for at, repeat in enumerate(REPEATS):
        for days, time in zip((1, -9, 40, 3), TIMES[at % 2:]):
            todos.append(dict(title=f"S{len(todos)}x", due=f"{today + days * DAY}{time}", repeat=repeat))
    until = dict(unit="week", until=str(today + 60 * DAY))
    todos += [dict(title="Until", due=f"{today + DAY}T23:30", repeat=until), dict(title="Once", due=str(today + 5 * DAY))]
    todos += [dict(title=f"Gone{at}", due=str(today + DAY), repeat=REPEATS[0]) for at in range(2)]
    ids = [id for at in range(0, len(todos), 40) for id in service.add(todos[at:at + 40])]
    for at in range(3, len(REPEATS) * 4, 4):
        moved.append(dict(id=ids[at], due=str(today + 4 * DAY)))
    service.call("PATCH", "/todos", dict(todos=moved))
    service.call("DELETE", f"/todos?ids={ids[-1]},{ids[-2]}")


def fetch(path, tag=None):
    """The status, the entity tag and the body of an answer."""
    request = urllib.request.Request(path, headers={"if-none-match": tag} if tag else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
            return answer.status, answer.headers["etag"], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["etag"], error.read().decode()


def upcoming(service, todo, first, last):
    """The due date of the todo and its later dates, from `first` to `last`, as the service says them."""
    dates, title = {todo["due"]}, urllib.parse.quote(todo["title"])
    # One answer of the service has at most 100 dates, so this loop asks for 80 days at a time.
    while first <= last:
        end = min(first + 80 * DAY, last)
        page = service.call("GET", f"/todos?q={title}&due_from={first}&due_to={end}&limit=100")
        texts = page.get("upcoming", [])
        assert all(text.endswith(f"({todo['id']})") for text in texts), texts
        dates |= {text.split(" ")[0] for text in texts}
        first = end + DAY
    return dates


def expand(text, zone, first, last):
    """The dates of all events from `first` to `last`, by the id of the todo."""
    calendar = icalendar.Calendar.from_ical(text)
    assert not calendar.errors, calendar.errors
    parts = {str(part["TZID"]): part.to_tz(lookup_tzid=False) for part in calendar.walk("VTIMEZONE")}
    uids = [str(event["UID"]) for event in calendar.walk("VEVENT")]
    assert len(uids) == len(set(uids)), "an event has the UID of another"
    dates = {}
    for event in recurring_ical_events.of(calendar).between(first, last + DAY):
        start, end = event["DTSTART"].dt, event["DTEND"].dt
        if isinstance(start, dt.datetime):
            local = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
            moment = local.replace(tzinfo=ZoneInfo(zone))
            # The libraries disagree about a local time that occurs twice, or never, when the clocks change.
            if moment.utcoffset() == moment.replace(fold=1).utcoffset():
                assert start.replace(tzinfo=None) == local, (start, local)
                assert local.replace(tzinfo=parts.get(zone, dt.timezone.utc)).utcoffset() == moment.utcoffset(), local
            assert end - start == dt.timedelta(minutes=30), (start, end)
            date = f"{start:%Y-%m-%dT%H:%M}"
        else:
            assert end - start == DAY, (start, end)
            date = str(start)
        dates.setdefault(str(event["UID"]).partition("@")[0].partition("-")[0], []).append(date)
    return dates


def check(service, path, zone, today):
    """Compares the dates in one time zone. Returns the number of events and of RRULEs."""
    # The feed has no events of the past, also none of the past hours of today. So the comparison begins tomorrow.
    first, last = today + DAY, today + 365 * DAY
    status, tag, text = fetch(path)
    assert status == 200 and tag and all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert fetch(path) == (200, tag, text), "the same todos, another file"
    assert fetch(path, tag) == (304, tag, "")
    found, number = expand(text, zone, first, last), 0
    todos = [todo for todo in service.all().values() if todo["status"] == "open"]
    for todo in todos:
        dates = found.pop(todo["id"], [])
        expected = {date for date in upcoming(service, todo, first, last) if str(first) <= date[:10]}
        assert sorted(dates) == sorted(expected), (zone, todo, sorted(set(dates) ^ expected)[:9])
        assert f"UID:{todo['id']}@todo-action\r\n" in text
        number += len(dates)
    assert not found, found
    return number, text.count("\r\nRRULE:")


def main(address):
    service, now = Service(address), dt.datetime.now(dt.timezone.utc)
    # This is the date in UTC. The date in a zone can be one day earlier or later.
    fill(service, now.date())
    made = service.call("POST", "/feeds", dict(name="All"))
    path = made["address"]
    for zone in ZONES:
        service.call("PATCH", "/settings", dict(time_zone=zone, week_start="sun" if ZONES.index(zone) % 2 else "mon"))
        number, rules = check(service, path, zone, now.astimezone(ZoneInfo(zone)).date())
        print(f"feed in {zone}: {number} events of a year, {rules} RRULEs, the days of `upcoming`")
    service.call("DELETE", f"/feeds/{made['feed']['id']}")
    assert fetch(path)[0] == 404, "an ended feed"


if __name__ == "__main__":
    main(*sys.argv[1:])
