"""Looks for secrets in files: for every line of a list, and for whatever has the form of a secret of ours.

    python no_secrets.py LIST FILE...

Before that it has to find one of each in a text that it makes, so that it cannot pass by being broken. It says where a
secret is, never which."""

import pathlib
import random
import re
import string
import sys


def part(length):
    return "".join(random.choices(string.ascii_letters + string.digits, k=length))


# Kind, form, and a line of a log that has one in it.
FORMS = [
    ("an API key", r"todo_[0-9A-Za-z]{49}", f'{{"key":"todo_{part(49)}"}}'),
    # Without its signature too: header and payload both begin with {".
    ("a JWT", r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}", f"/callback?code=eyJ{part(20)}.eyJ{part(40)}.{part(43)}&state=1"),
    ("a Bearer token", r"(?i:bearer) [\w.~+/-]{20,}", f"authorization: Bearer {part(43)}"),
    ("Basic credentials", r"(?i:basic) [A-Za-z0-9+/]{20,}", f"Authorization: Basic {part(40)}=="),
    # How AWS's own examples end, and after them those of our tests that have no other form.
    ("a secret of the tests", r"EXAMPLE(CODE|KEY|SECRET|TOKEN)", f"AWS_SECRET_ACCESS_KEY={part(30)}EXAMPLEKEY"),
]
# Anything shorter would be found in texts that have nothing to do with it.
SHORTEST = 16


def searches(listed):
    """What there is to find: its kind, and the expression."""
    forms = [(kind, re.compile(form)) for kind, form, _ in FORMS]
    return forms + [(f"secret {number} of the list", re.compile(re.escape(secret))) for number, secret in enumerate(listed, 1)]


def found(searches, text):
    """The kinds of secrets in the text, with the number of the line."""
    for kind, expression in searches:
        for match in expression.finditer(text):
            yield kind, text.count("\n", 0, match.start()) + 1


def assert_finds(searches, listed):
    planted = [*(example for _, _, example in FORMS), *(f'{{"cause":"{secret} was refused"}}' for secret in listed)]
    places = set(found(searches, "\n".join(planted)))
    missed = [kind for number, (kind, _) in enumerate(searches, 1) if (kind, number) not in places]
    assert not missed, f"the search does not find {missed}"


def main(list_file, *files):
    listed = pathlib.Path(list_file).read_text().splitlines()
    assert listed and all(len(secret) >= SHORTEST for secret in listed), f"{list_file} lists no secrets, or short ones"
    looked_for = searches(listed)
    assert_finds(looked_for, listed)
    lines = leaks = 0
    for file in files:
        text = pathlib.Path(file).read_bytes().decode(errors="replace")
        lines += text.count("\n")
        for kind, line in found(looked_for, text):
            leaks += 1
            print(f"{file}:{line}: {kind}")
    assert lines, "there was nothing to search"
    print(f"{len(files)} files of {lines} lines, searched for {len(FORMS)} forms and {len(listed)} secrets: {leaks or 'none'} found")
    return leaks > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
