"""Runs two versions of `todo`, which take turns to write one table, as during a deployment. The script checks that no
data is lost.

    python3 tests/stored/two_versions.py OLD NEW [--steps 1000] [--seed 1]

OLD and NEW are two builds of the command `todo`. The script starts one embedded DynamoDB and one server of each version.
Each step sends a random request to one of the two servers. This script updates a model of the todos after each answer.
After each step,
both servers must show exactly the todos of the model. An answer with status 409, 422 or 500 must have changed nothing.
Only the old version may answer 500. The old version cannot read records in a newer format, so the old version must
refuse an undo or a repetition of such a record.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections import Counter


class Server:
    def __init__(self, command, environment):
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.address = None
        for line in self.process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                self.address = found[0]
                break
        if self.address is None:
            sys.exit(f"{command[0]} did not start")
        threading.Thread(target=self.process.stdout.readlines, daemon=True).start()

    def send(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"content-type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def todos(self):
        found = {}
        for status in ["open", "completed", "deleted"]:
            cursor = ""
            while True:
                code, page = self.send("GET", f"/todos?status={status}&limit=100&cursor={cursor}")
                assert code == 200 and "unreadable" not in page, (code, page)
                found |= {todo["id"]: todo for todo in page["todos"]}
                cursor = page.get("next_cursor", "")
                if not cursor:
                    break
        return found


def changes_in(answer):
    """The todos that an answer shows."""
    one, next_one = answer.get("todo"), answer.get("next", [])
    return ([one] if one else []) + answer.get("todos", []) + (next_one if isinstance(next_one, list) else [next_one])


def write(chance, model, changes, sent):
    """A random write: method, path and body."""
    live = [id for id, todo in model.items() if todo["status"] != "deleted"] or ["0000000000"]
    one = chance.choice(live)
    text = "".join(chance.choice("äbc 語🍎") for _ in range(chance.randint(1, 40))).strip() or "x"
    edit = chance.choice([
        {"title": text}, {"append_notes": text * chance.randint(1, 60)}, {"notes": text}, {"add_tags": [text[:5].strip() or "t"]},
        {"due": "tomorrow", "repeat": {"unit": "week"}}, {"status": "completed"}, {"status": "open"},
        {"list": chance.choice(["Trip", "TRIP", "Work", text[:6].strip() or "l"])}, {"steps": ["one", "two", text]},
        {"complete_steps": ["one"]}, {"clear": ["due", "notes", "tags", "repeat"]}, {"priority": chance.choice(["low", "high"])},
    ])
    kind = chance.choices(
        ["add", "edit", "edits", "delete", "undo", "latest", "settings", "again"], [6, 8, 3, 2, 5, 2, 1, 2])[0]
    key = {"idempotency_key": f"k{chance.random()}"} if chance.random() < 0.3 else {}
    match kind:
        case "add":
            todo = {"title": text + str(chance.random()), "list": chance.choice(["Inbox", "Trip", "Work"])}
            todo |= chance.choice([{}, {"due": "today"}, {"notes": text * 20, "tags": ["x"]}])
            return "POST", "/todos", {"todos": [todo] * chance.randint(1, 3), "allow_duplicate": True} | key
        case "edit":
            return "PATCH", f"/todos/{one}", edit | key
        case "edits":
            several = chance.sample(live, min(len(live), chance.randint(2, 6)))
            return "PATCH", "/todos", {"todos": [{"id": id} | edit for id in several]} | key
        case "delete":
            return "DELETE", f"/todos/{one}", None
        case "undo" if changes:
            return "POST", "/undo", {"change_id": chance.choice(changes[-12:])} | key
        case "settings":
            zone = chance.choice(["Europe/Berlin", "Asia/Kathmandu", "UTC"])
            return "PATCH", "/settings", {"time_zone": zone, "default_list": chance.choice(["Inbox", "Trip"])} | key
        case "again" if sent:
            return chance.choice(sent[-20:])
        case _:
            return "POST", "/undo", {} | key


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("old")
    options.add_argument("new")
    options.add_argument("--steps", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    options = options.parse_args()
    chance = random.Random(options.seed)
    environment = os.environ | {"AWS_ACCESS_KEY_ID": "twoversions", "AWS_SECRET_ACCESS_KEY": "local", "RUST_LOG": "off"}
    database = Server([options.new, "dynamodb", "--port", "0"], environment)
    servers = {"old": Server([options.old, "serve", "--port", "0", "--dynamodb", database.address], environment),
               "new": Server([options.new, "serve", "--port", "0", "--dynamodb", database.address], environment)}
    model, changes, sent, outcomes = {}, [], [], Counter()
    try:
        for step in range(options.steps):
            name = "old" if step % 2 else "new"
            method, path, body = write(chance, model, changes, sent)
            code, answer = servers[name].send(method, path, body)
            what = f"step {step}, {name}: {method} {path} {json.dumps(body, ensure_ascii=False)} → {code} {json.dumps(answer, ensure_ascii=False)[:600]}"
            assert code in (200, 201, 404, 409, 422) or (code == 500 and name == "old"), what
            outcomes[f"{name} {method} {path.split('/')[1].split('?')[0]} {code}{' replayed' if answer.get('replayed') else ''}"] += 1
            if code in (200, 201) and not answer.get("replayed"):
                model |= {todo["id"]: todo for todo in changes_in(answer)}
                # If the write reopened a todo, the service has deleted the next todo of its series.
                for id in re.findall(r"\((\w{10})\) was deleted, because", str(answer.get("hints"))):
                    model[id] = servers[name].send("GET", f"/todos/{id}")[1]["todo"]
                if "change" in answer:
                    changes.append(answer["change"]["id"])
                if body and "idempotency_key" in body:
                    sent.append((method, path, body))
            for other, server in servers.items():
                shown = server.todos()
                assert shown == model, f"{what}\n{other} shows {[(shown.get(id), model.get(id)) for id in shown | model if shown.get(id) != model.get(id)]}"
            settings = [server.send("GET", "/settings")[1]["settings"] for server in servers.values()]
            assert settings[0] == settings[1], f"{what}\n{settings}"
    finally:
        for server in [*servers.values(), database]:
            server.stop()
    for outcome, number in sorted(outcomes.items()):
        print(f"{number:5} {outcome}")
    print(f"{options.steps} steps: both versions show the same {len(model)} todos, and nothing is lost")


if __name__ == "__main__":
    main()
