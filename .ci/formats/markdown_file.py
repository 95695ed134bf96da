"""Reads the Markdown files with markdown-it-py."""

import re

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.tasklists import tasklists_plugin

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(tasklists_plugin)
MARKS = dict(urgent=" 🔺", high=" ⏫", normal="", low=" 🔽")


def text(node):
    """The text of a heading or a paragraph, in which nothing is more than text and line breaks."""
    parts, checked = [], None
    for child in node.children[0].children:
        if child.type == "html_inline" and not parts and "task-list-item-checkbox" in child.content:
            checked = "checked=" in child.content
        elif child.type in ("hardbreak", "softbreak"):
            assert child.type == "hardbreak", node.children[0].content
            parts.append("\n")
        else:
            assert child.type in ("text", "text_special"), (child.type, node.children[0].content)
            parts.append(child.content)
    whole = "".join(parts)
    return (whole if checked is None else whole[1:], checked)


def items(node):
    """The items of a task list: title, check mark, notes, and steps."""
    for item in node.children:
        assert item.type == "list_item", item.type
        first, *rest = item.children
        steps = [step for child in rest if child.type == "bullet_list" for step in items(child)]
        paragraphs = [child for child in rest if child.type != "bullet_list"]
        assert all(child.type == "paragraph" for child in [first] + paragraphs), item
        notes = "\n\n".join(text(paragraph)[0] for paragraph in paragraphs)
        yield *text(first), notes, steps


def check(parts, todos):
    """Compares each item with its todo. Inside each list, `todos` has the order of the file."""
    lists = {}
    for part in parts:
        for node in SyntaxTreeNode(READER.parse(part)).children:
            if node.type == "heading":
                assert node.tag == "h1"
                name = text(node)[0]
            else:
                assert node.type == "bullet_list", node.type
                lists.setdefault(name, []).extend(items(node))
    kept = {}
    for todo in todos:
        if todo["status"] != "deleted":
            kept.setdefault(todo["list"], []).append(todo)
    names = sorted(kept, key=lambda name: (name != "Inbox", name.lower()))
    assert len(parts) > 1 or list(lists) == names, (list(lists), names)
    for name in names:
        for item, todo in zip(lists[name], kept[name], strict=True):
            compare(*item, todo)


def compare(line, checked, notes, steps, todo):
    assert checked == (todo["status"] == "completed"), line
    assert line.startswith(todo["title"]), (line, todo["title"])
    due = todo.get("due", "")
    expected = re.escape((f" ⏰ {due[11:]}" if "T" in due else "") + (f" 📅 {due[:10]}" if due else ""))
    expected += " 🔁 every [a-zA-Z0-9, ]+" if "repeat" in todo else ""
    expected += f" ✅ {todo['completed_at'][:10]}" if checked else ""
    tags = "".join(f" #{'_'.join(tag.split())}" for tag in todo.get("tags", []))
    expected += re.escape(MARKS[todo["priority"]] + tags)
    assert re.fullmatch(expected, line[len(todo["title"]):]), (line, expected)
    expected = [(step["title"], step.get("done", False), "", []) for step in todo.get("steps", [])]
    assert steps == expected, (steps, expected)
    assert notes.replace("\u00a0", " ") == shown(todo.get("notes", "")), (notes, todo["notes"])


def shown(notes):
    """The notes without what a page does not show: spaces at the end of lines, and more than one empty line."""
    lines = [line.rstrip() for line in notes.replace("\u2028", "\n").split("\n")]
    lines = [re.sub(r"^\s+", lambda indent: indent[0].replace("\t", "    "), line) for line in lines]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).replace("\u00a0", " ")
