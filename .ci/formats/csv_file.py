"""Reads the CSV files as Python does and as LibreOffice does."""

import csv
import io
import re

from in_libreoffice import AS_ANYTHING, AS_TEXT, read

# The service puts a `'` before a cell that begins like this (src/api/export/csv.rs).
QUOTES = "['\"\u2018-\u201f＇＂]"
FORMULA = re.compile(rf"({QUOTES}|[\s\u200b-\u200f\ufeff])*[=+\-@＝＋－＠−]|{QUOTES}*[\t\r\n]")


def rows(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def unguarded(cell):
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell[1:]) else cell


def check(parts, todos):
    """Compares each row with its todo. Returns the ids in the order of the file."""
    # First a test of this check: LibreOffice must find the formula in this file.
    assert read("title\r\n=1+1\r\n", AS_ANYTHING)[1] == ["of:=1+1"]
    ids = []
    for text in parts:
        assert not text.startswith("\ufeff") and text.endswith("\r\n")
        for row in rows(text):
            for name, cell in row.items():
                assert not re.match(r"\s*[=+\-@＝＋－＠]|[\t\r\n]", cell), (name, cell)
            compare(row, todos[row["id"]])
            ids.append(row["id"])
        ours = list(csv.reader(io.StringIO(text, newline="")))
        theirs, formulas = read(text, AS_TEXT)
        assert not formulas, formulas
        for own, their in zip(ours, theirs, strict=False):
            # LibreOffice leaves out empty cells at the end of a row.
            their = their[:len(own)] + [""] * (len(own) - len(their))
            assert [plain(cell) for cell in own] == [plain(cell) for cell in their], (own, their)
        formulas = read(text, AS_ANYTHING)[1]
        assert not formulas, formulas
    assert sorted(ids) == sorted(todos), set(todos) ^ set(ids)
    return ids


def plain(cell):
    """The cell without what LibreOffice changes: it leaves out a tab, and knows no other line break than its own."""
    return cell.replace("\t", "").replace("\u2028", "\n")


def compare(row, todo):
    steps = [f"[{'x' if step.get('done') else ' '}] {step['title']}" for step in todo.get("steps", [])]
    expected = dict(
        title=todo["title"], status=todo["status"], list=todo["list"], priority=todo["priority"], due=todo.get("due", ""),
        notes=todo.get("notes", ""), tags=", ".join(todo.get("tags", [])), steps="\n".join(steps),
        created_at=todo["created_at"], updated_at=todo["updated_at"], completed_at=todo.get("completed_at", ""),
        deleted_at=todo.get("deleted_at", ""))
    for name, value in expected.items():
        assert unguarded(row[name]) == value, (name, row[name], value)
    assert row["repeat"].startswith("every ") == ("repeat" in todo), row["repeat"]
