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
from service import ZONE, Service


def fill(service):
    """Adds the todos, completes every third, and deletes every seventh."""
    service.call("PATCH", "/settings", dict(time_zone=ZONE))
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
    calendar = calendar_file.check(service.export("ics", "text/calendar"), todos, ZONE, dict(os.environ))
    print(f"iCalendar: {calendar[0]} VTODOs, {calendar[1]} RRULEs")
    todo_txt_file.check(service.export("todo.txt", "text/plain"), in_order)
    markdown_file.check(service.export("md", "text/markdown"), in_order)
    kept = [todo for todo in in_order if todo["status"] != "deleted"]
    print(f"todo.txt and Markdown: {len(kept)} todos")
    assert service.export("ics", "text/calendar") == service.export("ics", "text/calendar")


if __name__ == "__main__":
    main(*sys.argv[1:])
