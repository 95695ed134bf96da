"""Todos whose texts mean something in one of the formats."""

import random

TITLES = [
    "=1+1", "=HYPERLINK(\"http://example.com\",\"x\")", "+49 30 1234", "-5 kg", "@SUM(A1:A9)", " =1+1", "'=1+1",
    "\"=1+1\"",
    "＝1+1", "－1", "=cmd|' /C calc'!A0", "a;b,c\td", "He said \"no\"", "007", "1e5", "2026-01-01", "TRUE", "1/2",
    "x already", "x 2026-01-01 (A) y", "(A) not a priority", "2026-01-01 first",
    "due:tomorrow rec:1w pri:A time:9 id:1 t:1",
    "mail @anna about +garden", "12:30 train, https://example.com/a_b_c?d=*e*",
    "*bold* _it_ **b** __c__ `code` ~~gone~~", "[link](http://example.com) ![image](x.png)",
    "<b>html</b> <!-- x --> <a@b.c>",
    "[ref] [ref][] [x] ](x)", "&amp; &#65; &copy & co", "C:\\dir\\*.txt \\", "snake_case 2 * 3 = 6",
    "# no heading", "- no item",
    "1. no number", "> no quotation", "```", "---", "| a | b |", "#tag in the title #1", "C #", "📅 2026-01-01",
    "Pay 🔁 every day",
    "Finished ✅ 2026-01-01", "Up 🔺", "⏫", "👨‍👩‍👧 picnic 🏳️‍🌈", "لقاء مع أحمد غدا، الساعة ٥", "לקנות חלב (3%)",
    "買い物；牛乳、卵",
    "Ünï çödé ñ", "é" * 500, "a" * 500, "word " * 99 + "end", "家" * 120, "\\n is no line break; \\, neither",
    "BEGIN:VTODO", "a:b;c=d,e",
]
NOTES = [
    "=1+1\n+2\n-3", "one\ntwo\n\n\nthree", "# heading\n\n- item\n- item\n  - item\n\n> quotation",
    "1. one\n2. two\n\n1) one",
    "```\ncode\n```\n\n    indented\n\ttab", "a\n===\nb\n---\nc", "| a | b |\n|---|---|\n| 1 | 2 |",
    "[a]: http://example.com\n[a]",
    "<div>\nhtml\n</div>\n<!-- x -->", "a\\\nb  \nc\\", "* * *\n_ _ _\n***\n+ plus\n* star",
    "~~~\nx\n~~~\n&lt; &amp;", "- [ ] no step\n- [x] neither",
    "one\u2028two", "END:VTODO\nEND:VCALENDAR", "long " * 700, "مرحبا\n\nשלום", "\"quoted\", 'single'; semi",
]
LISTS = ["Inbox", "Home & garden", "=1+1", "C #", "Work *2026*", "Семья", "a,b;c"]
TAGS = [[], ["errand"], ["two words", "a,b", "c;d"], ["=1", "*x*", "#y"], ["семья", "c:\\d"]]
STEPS = [[], ["One", dict(title="Two, done", done=True)], ["=1+1", "*a* [b](c)", "1. x", dict(title="🔁 x", done=True)]]
PRIORITIES = ["low", "normal", "high", "urgent"]
DUES = [
    None, "2026-12-24", "2027-01-31T09:30", "2027-03-28T02:30", "2027-10-31T02:30", "2027-07-01T00:00", "2028-02-29",
    "2026-11-30T23:59", "2040-06-15T12:00",
]
# These todos do not repeat, and no other todo is due in these years. The VTIMEZONE must contain these years too.
LONELY_DUES = ["1999-07-01T08:00", "2021-12-31T23:59", "2071-07-15T08:00", "2090-01-01T00:00"]
REPEATS = [
    dict(unit="day"), dict(unit="day", every=3), dict(unit="week"),
    dict(unit="week", every=2, weekdays=["mon", "fri"]),
    dict(weekdays=["mon", "tue", "wed", "thu", "fri"]), dict(unit="month"), dict(unit="month", on="31"),
    dict(unit="month", on="last day"),
    dict(unit="month", on="first workday"), dict(unit="month", on="last workday"),
    dict(unit="month", on="second tue"),
    dict(unit="month", every=3, on="last fri"), dict(unit="year"), dict(unit="year", on="fourth thu"),
    dict(unit="year", on="last day"),
    dict(unit="week", until="2041-01-01"), dict(unit="month", count=5), dict(unit="week", **{"from": "completion"}),
]
# Parts of random texts.
PIECES = [
    "x ", "(A) ", "2026-01-01 ", "due:2026-01-01 ", "rec:1w", "+1", "@home ", "=1+1", "-", "- ", "+ ", "* ", "# ",
    "#a", "> ",
    "1. ", "1) ", "---", "===", "***", "___", "```", "~~~", "~~", "~", "[x]", "[a](b)", "![a](b)", "[a]: b", "[",
    "](", "<b>",
    "</", "<!--", "<a@b.c>", "&amp;", "&#65;", "&", "\\", "\\*", "*", "**a**", "*a*", "_", "_a_", "a_b", "`", "``",
    "|", "|-|",
    "\n", "\n", "\n\n", "\t", "    ", ";", ",", "\"", "'", ":", "🔁 every day", " 📅 2026-01-01", "✅", "⏫", "👨‍👩‍👧",
    "مرحبا",
    "\u2028", "\u00a0", "é", "word ", "word", " ", " ", "!", "http://a.b/c_d_e", "$", "==",
]
# The number of todos with random texts.
RANDOM = 400


def random_todos():
    chance = random.Random(22)
    text = lambda most: "a" + "".join(chance.choices(PIECES, k=chance.randint(1, most)))
    begin = lambda most: text(most)[chance.randint(0, 1):].strip() or "b"
    return [dict(title=begin(9) + str(at), notes=begin(30), steps=[begin(5) + "1"], tags=[begin(3) + "t"],
                 list=chance.choice(LISTS)) for at in range(RANDOM)]


def todos():
    """Each title, each note, and each repetition on each due date. The other fields take turns. And random texts."""
    turn = lambda values, at: values[at % len(values)]
    texts = [dict(title=title, notes=turn([""] + NOTES, at)) for at, title in enumerate(TITLES)]
    texts += [dict(title=f"Notes {at}", notes=notes) for at, notes in enumerate(NOTES)]
    for at, todo in enumerate(texts):
        todo |= dict(list=turn(LISTS, at), tags=turn(TAGS, at), steps=turn(STEPS, at), priority=turn(PRIORITIES, at))
        if due := turn(DUES, at):
            todo["due"] = due
    pairs = [(repeat, due) for due in DUES if due for repeat in REPEATS]
    series = [dict(title=f"Series {at}", due=due, repeat=repeat, list=turn(LISTS, at), priority=turn(PRIORITIES, at))
              for at, (repeat, due) in enumerate(pairs)]
    lonely = [dict(title=f"Due {due}", due=due) for due in LONELY_DUES]
    return texts + series + lonely + random_todos()
