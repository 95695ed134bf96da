"""Reads the files of an export with other programs.

    TOOLS=FOLDER python .ci/formats/check.py ADDRESS

The script adds todos to the running server at this address, gets an export in each format, and reads it with another
program: CSV with LibreOffice, iCalendar with the Python library icalendar and with ical.js, todo.txt with pytodotxt, and
Markdown with markdown-it-py. Then the script compares what these programs have read with `GET /todos/{id}`. The server
must have no todos at the beginning. `TOOLS` is the folder of the installed npm packages.
"""

import os
import sys

import calendar_file
import csv_file
import markdown_file
import samples
import todo_txt_file
from service import Service

# CSV, todo.txt and Markdown are read in the first zone, and iCalendar in each of them. Daylight saving time changes the
# clock by an hour in the first two zones, and by half an hour in the third. The other zones have no daylight saving
# time, and UTC needs no VTIMEZONE.
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Etc/GMT+5", "UTC"]


def fill(service):
    """Adds the todos, completes every third, and deletes every seventh."""
    service.call("PATCH", "/settings", dict(time_zone=ZONES[0]))
    assert not service.all(), "the server has todos"
    todos = samples.todos()
    ids = [id for at in range(0, len(todos), 50) for id in service.add(todos[at:at + 50])]
    edits = [dict(id=id, status="completed") for id in ids[::3]]
    service.call("PATCH", "/todos", dict(todos=edits))
    for id in ids[::7]:
        service.call("DELETE", f"/todos?ids={id}")


def main(address):
    service = Service(address)
    fill(service)
    todos = service.all()
    ids = csv_file.check(service.export("csv", "text/csv"), todos)
    print(f"CSV: {len(ids)} todos, no formula")
    in_order = [todos[id] for id in ids]
    todo_txt_file.check(service.export("todo.txt", "text/plain"), in_order)
    markdown_file.check(service.export("md", "text/markdown"), in_order)
    kept = [todo for todo in in_order if todo["status"] != "deleted"]
    print(f"todo.txt and Markdown: {len(kept)} todos")
    for zone in ZONES:
        service.call("PATCH", "/settings", dict(time_zone=zone))
        parts = service.export("ics", "text/calendar")
        number, rules = calendar_file.check(parts, todos, zone, dict(os.environ))
        print(f"iCalendar in {zone}: {number} VTODOs, {rules} RRULEs")
    assert service.export("ics", "text/calendar") == parts, "the same todos, another file"


if __name__ == "__main__":
    main(*sys.argv[1:])
