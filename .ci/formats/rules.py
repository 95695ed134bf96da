"""Compares our RRULEs with our dates, with the independent library `dateutil`.

    RRULES=target/rrules.jsonl cargo test --all-features --lib an_rrule
    python .ci/formats/rules.py target/rrules.jsonl

`src/api/export/calendar.rs` writes the file. Each line contains an RRULE, and the dates of the todo's series. DTSTART is
the first of these dates. The script fails if an RRULE gives another date, or ends at another date.
"""

import collections
import datetime as dt
import itertools
import json
import sys

from dateutil import rrule


def main(file):
    kinds, different = collections.Counter(), []
    for line in open(file, encoding="utf-8"):
        case = json.loads(line)
        ours = [dt.datetime.fromisoformat(date) for date in case["dates"]]
        # `dateutil` wants UNTIL in the same form as DTSTART, and our DTSTART has no time zone here.
        rule = rrule.rrulestr(case["rule"].removesuffix("Z"), dtstart=ours[0])
        theirs = list(itertools.islice(rule, len(ours) + case["ends"]))
        if theirs != ours:
            different.append(f"{line.strip()}\n    dateutil: {[str(date) for date in theirs]}")
        repeat = case["repeat"]
        kinds[repeat["unit"], "on" if "on" in repeat else "weekdays" if "weekdays" in repeat else "plain"] += 1
    print("\n".join(different[:20]))
    for (unit, days_of), number in sorted(kinds.items()):
        print(f"{number:6} {unit}, {days_of}")
    print(f"{sum(kinds.values())} rules, {len(different)} differences")
    sys.exit(bool(different) or sum(kinds.values()) < 1_400)


if __name__ == "__main__":
    main(*sys.argv[1:])
