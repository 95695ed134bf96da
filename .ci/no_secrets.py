"""Searches files for secrets. The script searches for every line of a list, and for every text that looks like a secret
of this service.

    python no_secrets.py LIST FILE...

First, the script makes a text with one secret of each kind, and must find all secrets of this text. So a broken search
cannot pass. The script prints the file and the line of a secret, never the secret."""

import pathlib
import random
import re
import string
import sys


def part(length):
    return "".join(random.choices(string.ascii_letters + string.digits, k=length))


# Each entry has three parts: the name for a kind of secret, a regular expression that finds such secrets, and an
# example of a log line with such a secret.
FORMS = [
    ("an API key", r"todo_[0-9A-Za-z]{49}", f'{{"key":"todo_{part(49)}"}}'),
    # The codes and tokens of our authorization server, the secrets of the clients that the operator makes, and the
    # addresses of downloads and calendar feeds.
    ("a code, a token, a client secret or the address of a download", r"todo(ac|at|rt|cs|dl)_[0-9A-Za-z]{49}", f"/callback?code=todoac_{part(71)}&state=1"),
    ("the address of a calendar feed", r"todocf_[0-9A-Za-z]{49}", f"/calendar/todocf_{part(49)}.ics"),
    # The regular expression also finds a JWT without its signature. The header and the payload of a JWT both begin with
    # `{"`, which is `eyJ` in Base64.
    ("a JWT", r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}", f"/callback?code=eyJ{part(20)}.eyJ{part(40)}.{part(43)}&state=1"),
    ("a Bearer token", r"(?i:bearer) [\w.~+/-]{20,}", f"authorization: Bearer {part(43)}"),
    ("Basic credentials", r"(?i:basic) [A-Za-z0-9+/]{20,}", f"Authorization: Basic {part(40)}=="),
    # The example secrets of AWS and many secrets of our tests end with a word such as `EXAMPLEKEY`. The regular
    # expression finds this word.
    ("a secret of the tests", r"EXAMPLE(CODE|KEY|SECRET|TOKEN)", f"AWS_SECRET_ACCESS_KEY={part(30)}EXAMPLEKEY"),
]
# Each secret in the file LIST must have at least this many characters. A shorter secret could occur by chance in an
# unrelated text.
SHORTEST = 16


def searches(listed):
    """The kinds of secrets to search for, with their regular expressions."""
    forms = [(kind, re.compile(form)) for kind, form, _ in FORMS]
    return forms + [(f"secret {number} of the list", re.compile(re.escape(secret))) for number, secret in enumerate(listed, 1)]


def found(searches, text):
    """The kind and the line number of each secret in the text."""
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
