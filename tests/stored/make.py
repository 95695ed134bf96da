"""Makes a data file for the tests of stored data, with a build of `todo`.

    python3 tests/stored/make.py target/debug/todo tests/stored/format-2

This command writes the two files `format-2.db` and `format-2.json`. The second file contains the requests that filled
the data file, the answers to these requests, cursors of several listings, and all data that the server showed at the
end. A build for format 2 does not know `/lists`, so `format-2` was made without the changes to lists. Before you change the format of stored data, make a new pair of files with the old code. Never replace an existing
pair.
"""

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

LISTINGS = ["/todos", "/todos?list=shopping", "/todos?tag=food", "/todos?q=buy", "/todos?status=deleted",
            "/todos?priority=high", "/changes"]


def main(todo, place):
    data = Path(place + ".db")
    data.unlink(missing_ok=True)
    server = subprocess.Popen([todo, "serve", "--port", "0", "--data", data], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL, env=os.environ | {"DEFAULT_TIME_ZONE": "UTC"})
    address = next(found[0] for line in server.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))

    def send(method, path, body=None, headers=None):
        text = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"} | (headers or {})
        with urllib.request.urlopen(urllib.request.Request(address + path, text, headers, method=method)) as answer:
            return json.load(answer)

    writes = []

    def write(method, path, body=None, headers=None):
        answer = send(method, path, body, headers)
        writes.append({"method": method, "path": path, "body": body, "headers": headers or {}, "answer": answer})
        return answer

    key = lambda name: {"idempotency_key": name}
    added = write("POST", "/todos", {"todos": [
        {"title": "Buy milk", "list": "Shopping", "tags": ["food"], "notes": "fresh"},
        {"title": "Call mum", "due": "2026-11-27T09:30", "priority": "high"},
        {"title": "Water plants", "due": "2026-11-28", "repeat": {"unit": "week"}},
        {"title": "Steps", "steps": ["one", "two"]}, {"title": "To delete"}, {"title": "To delete with others"},
        {"title": "Buy bread", "list": "SHOPPING", "notes": "\u8a9e" * 900},
    ]} | key("add"))
    milk, mum, plants, steps, gone, others, bread = (todo["id"] for todo in added["todos"])
    write("PATCH", f"/todos/{milk}", {"append_notes": "two litres"} | key("edit"), {"If-Match": '"1"'})
    write("PATCH", "/todos", {"todos": [{"id": mum, "title": "Call mum and dad"}, {"id": plants, "status": "completed"},
                                        {"id": steps, "complete_steps": ["one"]}]} | key("edit-many"))
    write("DELETE", f"/todos/{gone}?idempotency_key=delete")
    write("DELETE", f"/todos?ids={others},{bread}&idempotency_key=delete-many")
    write("PATCH", "/settings", {"time_zone": "Europe/Berlin", "week_start": "sun", "default_list": "Shopping"} | key("settings"))
    write("PATCH", f"/todos/{milk}", {"status": "open"} | key("nothing"))
    cleared = write("PATCH", f"/todos/{mum}", {"clear": ["due"], "add_tags": ["family"]} | key("clear"))
    write("POST", "/undo", {"change_id": cleared["change"]["id"]} | key("undo"))
    write("PATCH", "/lists", {"list": "shopping", "rename_to": "Groceries"} | key("rename"))
    reused = write("POST", "/todos", {"todos": [{"title": "Shoes", "list": "Shopping"},
                                                {"title": "Old paper", "list": "Papers"},
                                                {"title": "Tent", "list": "Camping"}]} | key("reuse"))
    write("PATCH", "/lists", {"list": "Camping", "merge_into": "Shopping"} | key("merge"))
    write("PATCH", "/lists", {"list": "Papers", "delete": True} | key("delete-list"))
    write("PATCH", "/lists", {"order": ["Groceries", "Inbox"]} | key("order"))
    assert reused["new_lists"] == ["Shopping", "Papers", "Camping"], reused
    cursors = []
    for path in LISTINGS:
        join = "&" if "?" in path else "?"
        first = send("GET", f"{path}{join}limit=1")
        if "next_cursor" in first:
            rest = send("GET", f"{path}{join}limit=100&cursor={first['next_cursor']}")
            cursors.append({"path": f"{path}{join}limit=100", "cursor": first["next_cursor"],
                            "ids": [item["id"] for item in rest.get("todos", rest.get("changes"))]})
    shown = {status: send("GET", f"/todos?limit=100&status={status}")["todos"] for status in ["open", "completed", "deleted"]}
    shown |= {"changes": send("GET", "/changes?limit=100")["changes"], "settings": send("GET", "/settings")["settings"]}
    shown["lists"] = [item["name"] for item in send("GET", "/overview")["lists"]]
    server.terminate()
    server.wait()
    for beside in ["-wal", "-shm"]:
        assert not Path(f"{data}{beside}").exists(), "the server has not closed its data file"
    text = json.dumps({"writes": writes, "cursors": cursors, "shown": shown}, indent=1, ensure_ascii=False)
    Path(place + ".json").write_text(text + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
