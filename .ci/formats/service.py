"""The requests of the check: adds todos to a running server, and gets the todos and the exports back."""

import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request


class Service:
    """A running server, by its address."""

    def __init__(self, address):
        self.address = address

    def answer(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"content-type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path} is answered with {error.code}: {error.read().decode()}")

    def call(self, method, path, body=None):
        return json.loads(self.answer(method, path, body)[1])

    def add(self, todos):
        added = self.call("POST", "/todos", dict(todos=todos, allow_duplicate=True))
        return [todo["id"] for todo in added["todos"]]

    def all(self):
        """All todos in any status, by id, as `GET /todos/{id}` returns them."""
        ids = []
        for status in ("open", "completed", "deleted"):
            cursor = ""
            while cursor is not None:
                page = self.call("GET", f"/todos?status={status}&limit=100{cursor}")
                ids += [todo["id"] for todo in page["todos"]]
                following = page.get("next_cursor")
                cursor = following and f"&cursor={urllib.parse.quote(following)}"
        todos = [self.call("GET", f"/todos/{id}") for id in ids]
        return {todo["id"]: todo for todo in (todo.get("todo", todo) for todo in todos)}

    def export(self, format, media_type):
        """The files of the export. Each part is a whole file."""
        parts, path = [], f"/export?format={format}"
        while path:
            headers, text = self.answer("GET", path)
            assert headers["content-type"].startswith(media_type), headers["content-type"]
            parts.append(text)
            following = re.search(r'<([^>]*)>; rel="next"', headers.get("link", ""))
            path = following and urllib.parse.urlsplit(following[1])._replace(scheme="", netloc="").geturl()
        return parts
