"""Compares our dates of repetitions with those of the independent library `dateutil`.

    REPETITIONS=target/repetitions.jsonl cargo test --test repeat
    python tests/repeat/compare.py target/repetitions.jsonl

`tests/repeat/rules.rs` writes the file. Each line contains a repetition, a todo of its series, the time of its completion,
and the dates that follow. This script computes the dates with `dateutil.rrule` (RFC 5545), and the times with Python's
`zoneinfo`. The script fails if a date differs. Three things are no part of RFC 5545, so this script adds them:

* A day that a month does not have is the last day of this month. RFC 5545 would leave out the month.
* Dates that are over at the time of the completion are left out. `count` counts todos, so a date that is left out does
  not count.
* If somebody has moved the todo, the next date is after its date in the series and after the day to which it was moved.
"""

import collections
import datetime as dt
import json
import sys
from zoneinfo import ZoneInfo

from dateutil import rrule

WEEKDAYS = dict(mon=rrule.MO, tue=rrule.TU, wed=rrule.WE, thu=rrule.TH, fri=rrule.FR, sat=rrule.SA, sun=rrule.SU)
ORDINALS = dict(first=1, second=2, third=3, fourth=4, last=-1)
UNITS = dict(day=rrule.DAILY, week=rrule.WEEKLY, month=rrule.MONTHLY, year=rrule.YEARLY)


def numbered(day):
    """The day of the month with this number, or the last day of a month that does not have this day."""
    return dict(bymonthday=list(range(28, day + 1)), bysetpos=-1) if day > 28 else dict(bymonthday=day)


def days(rule, start):
    """The arguments of `rrule` that say on which days the todo repeats."""
    if rule["unit"] in ("day", "week"):
        return dict(byweekday=[WEEKDAYS[day] for day in rule["weekdays"]]) if "weekdays" in rule else {}
    match rule.get("on", str(start.day)).split():
        case [number]:
            args = numbered(int(number))
        case ["last", "day"]:
            args = dict(bymonthday=-1)
        case [ordinal, "workday"]:
            args = dict(byweekday=list(WEEKDAYS.values())[:5], bysetpos=ORDINALS[ordinal])
        case [ordinal, weekday]:
            args = dict(byweekday=WEEKDAYS[weekday](ORDINALS[ordinal]))
    return args | (dict(bymonth=start.month) if rule["unit"] == "year" else {})


def series(rule, start, week_start):
    """All days of the series from `start` on, without an end."""
    begin = dt.datetime.combine(start, dt.time())
    rule = rrule.rrule(UNITS[rule["unit"]], dtstart=begin, interval=rule["every"], wkst=WEEKDAYS[week_start],
                       **days(rule, start))
    return (found.date() for found in rule)


def is_over(day, time, now, zone):
    if time is None:
        return day < now.astimezone(zone).date()
    # If the clocks go forward and skip this time, the offset before the change is valid. If the time occurs twice, the
    # first one counts.
    return dt.datetime.combine(day, time, zone).timestamp() < now.timestamp()


def following(case):
    """The dates that follow, at most as many as the case can have."""
    rule, zone = case["rule"], ZoneInfo(case["zone"])
    start = dt.date.fromisoformat(case["series"][:10])
    time = dt.time.fromisoformat(case["series"][11:]) if "T" in case["series"] else None
    due = dt.date.fromisoformat(case["due"])
    now = dt.datetime.fromisoformat(case["completed"]).replace(tzinfo=zone)
    until = dt.date.fromisoformat(rule["until"]) if "until" in rule else dt.date.max
    left = rule.get("count", sys.maxsize)
    by_due = rule["from"] == "due"
    coming = series(rule, start, case["week_start"])
    while left > 1:
        on = now.astimezone(zone).date()
        if by_due:
            after = max(start, due)
        else:
            after, coming = on, series(rule, on, case["week_start"])
        day = next((day for day in coming if day > after and not is_over(day, time, now, zone)), None)
        if day is None or day > until:
            return
        yield day.isoformat() + (time.strftime("T%H:%M") if time else "")
        left, start, due = left - 1, day, day
        now = dt.datetime.combine(day, dt.time(), zone)


def main(file):
    kinds, different = collections.Counter(), []
    for line in open(file, encoding="utf-8"):
        case = json.loads(line)
        theirs = [date for date, _ in zip(following(case), range(6))]
        if theirs != case["dates"]:
            different.append(f"{line.strip()}\n    dateutil: {theirs}")
        rule = case["rule"]
        kinds[rule["unit"], "on" if "on" in rule else "weekdays" if "weekdays" in rule else "plain"] += 1
    print("\n".join(different[:20]))
    for (unit, days_of), number in sorted(kinds.items()):
        print(f"{number:6} {unit}, {days_of}")
    print(f"{sum(kinds.values())} repetitions, {len(different)} differences")
    sys.exit(bool(different) or sum(kinds.values()) < 10_000)


if __name__ == "__main__":
    main(*sys.argv[1:])
