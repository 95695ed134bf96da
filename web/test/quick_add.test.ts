import assert from "node:assert/strict";
import { test } from "node:test";
import { nowAt } from "../src/list/dates.ts";
import type { Place } from "../src/list/due_words.ts";
import { type QuickAdd, readQuickAdd } from "../src/list/quick_add.ts";

// A Thursday, 10:00 in Berlin.
const place: Place = { now: nowAt(Date.parse("2026-11-26T09:00Z"), "Europe/Berlin"), weekStart: "mon" };
const LISTS = ["Inbox", "New list", "New", "Shopping", "Größe"];

function read(text: string): Omit<QuickAdd, "marks"> {
    const { marks: _, ...added } = readQuickAdd(text, place, LISTS);
    return added;
}

test("everything in one line", () => {
    const text = "Buy milk tomorrow 17:00 #Shopping !high @tag";
    assert.deepEqual(readQuickAdd(text, place, LISTS), {
        title: "Buy milk",
        due: "2026-11-27T17:00",
        list: "Shopping",
        priority: "high",
        tags: ["tag"],
        marks: [
            { start: 9, end: 23, kind: "due" },
            { start: 24, end: 33, kind: "list" },
            { start: 34, end: 39, kind: "priority" },
            { start: 40, end: 44, kind: "tag" },
        ],
    });
});

test("days at the end, or at the beginning and set apart", () => {
    for (const [text, title, due] of [
        ["Call Bob fri", "Call Bob", "2026-11-27"],
        ["Buy milk, tomorrow", "Buy milk", "2026-11-27"],
        ["Buy milk tomorrow #Shopping 17:00", "Buy milk", "2026-11-27T17:00"],
        ["Meet Bob @5pm", "Meet Bob", "2026-11-26T17:00"],
        ["Meditate 10 minutes tomorrow 5pm", "Meditate 10 minutes", "2026-11-27T17:00"],
        ["Buy flour 1.5kg on the 15th", "Buy flour 1.5kg", "2026-12-15"],
        ["Tomorrow: buy milk", "buy milk", "2026-11-27"],
        ["Friday – movie", "movie", "2026-11-27"],
        ["tomorrow buy milk", "buy milk", "2026-11-27"],
        ["in 3 days call Bob", "call Bob", "2026-11-29"],
        ["17:00 train to Berlin", "train to Berlin", "2026-11-26T17:00"],
        ["Run 5 tomorrow", "Run 5", "2026-11-27"],
        ["קנה חלב tomorrow", "קנה חלב", "2026-11-27"],
        ["買牛奶 ２０２６－１１－２８", "買牛奶", "2026-11-28"],
    ] as const) {
        const added = read(text);
        assert.deepEqual([added.title, added.due], [title, due], text);
    }
});

test("words that are a part of the title", () => {
    for (const title of [
        "Friday night movie",
        "Movie night friday",
        "Book a table for friday night",
        "Read at night",
        "Photos from last friday",
        "Closed saturday and sunday",
        "Book a table for friday",
        "Enjoy the sun",
        "Where she sat",
        "I may",
        "Walk in march",
        "Do it now",
        "Boil eggs 10 minutes",
        "Trip 3 days",
        "Finish chapter 3",
        "Celebrate Anna's 30th",
        "Dinner 24.12. 17:00",
        "Meet 17:00 - 18:00",
        "Next friday call Bob",
        "Daily standup",
        "Check the daily",
        "Invoice 2026-11-20",
        "tomorrow",
        "every friday",
        "Fix issue #23",
        "a # b @ c ! d",
        "C# and f@x.org",
        "constructor",
        "明日 買い物",
    ]) {
        assert.deepEqual(read(title), { title });
    }
});

test("a backslash keeps a word in the title", () => {
    for (const [text, title] of [
        ["Fix \\#23 \\@me \\!high", "Fix #23 @me !high"],
        ["Watch \\Tomorrow", "Watch Tomorrow"],
        ["\\Tomorrow: a film", "Tomorrow: a film"],
        ["Read \\\\server\\share", "Read \\\\server\\share"],
    ] as const) {
        assert.deepEqual(read(text), { title });
    }
});

test("words that the person does not mean as a date stay in the title, and other words are read", () => {
    const without = (text: string) => {
        const { title, due } = readQuickAdd(text, place, LISTS, ["5pm", "daily"]);
        return { title, due };
    };
    assert.deepEqual(without("Meet Bob 5pm"), { title: "Meet Bob 5pm", due: undefined });
    assert.deepEqual(without("Read the daily #New"), { title: "Read the daily", due: undefined });
    assert.deepEqual(without("Meet Bob 5pm tomorrow"), { title: "Meet Bob", due: "2026-11-27T17:00" });
});

test("an hour or a part of a day beside a day is a time", () => {
    for (const [text, title, due] of [
        ["call Anna tomorrow at 10", "call Anna", "2026-11-27T10:00"],
        ["call Anna at 10 tomorrow", "call Anna", "2026-11-27T10:00"],
        ["Tomorrow at 10 o'clock: call Anna", "call Anna", "2026-11-27T10:00"],
        ["call Anna tomorrow at ten o’clock", "call Anna", "2026-11-27T10:00"],
        ["Pay the rent friday 5", "Pay the rent", "2026-11-27T17:00"],
        ["Tomorrow morning call Bob", "call Bob", "2026-11-27T09:00"],
        ["Call Bob on monday morning", "Call Bob", "2026-11-30T09:00"],
        ["Brunch saturday morning 10:30", "Brunch", "2026-11-28T10:30"],
        ["Call Bob in the evening", "Call Bob", "2026-11-26T19:00"],
        ["Call Bob tomorrow at 8 in the evening", "Call Bob", "2026-11-27T20:00"],
        ["tomorrow 10 people come", "10 people come", "2026-11-27"],
    ] as const) {
        assert.deepEqual(read(text), { title, due }, text);
    }
    for (const title of ["Meet at 5", "Meet at 5 o'clock", "Meet Bob at 5 on stage", "Good night", "Party friday 4"]) {
        assert.deepEqual(read(title), { title });
    }
});

test("lists, tags and priorities", () => {
    assert.equal(read("x #new LIST").list, "New list");
    assert.equal(read("x #new listing").list, "New");
    assert.deepEqual(read("x #newer list"), { title: "x list", list: "newer" });
    assert.equal(read('x #"Brand new" y').list, "Brand new");
    assert.equal(read("x #“Brand new”, y").title, "x y");
    assert.equal(read("x ＃größe").list, "Größe");
    assert.deepEqual(read("x #one #two"), { title: "x #two", list: "one" });
    assert.deepEqual(read("x @home, @work @home"), { title: "x", tags: ["home", "work"] });
    assert.deepEqual(read("x !!"), { title: "x", priority: "high" });
    assert.deepEqual(read("x !LOW !high"), { title: "x !high", priority: "low" });
    assert.equal(read(`x #${"a".repeat(61)}`).list, undefined);
    assert.deepEqual(read("#Shopping"), { title: "", list: "Shopping" });
    assert.deepEqual(read("\u200f#קניות חלב"), { title: "חלב", list: "קניות" });
});

test("repetitions", () => {
    for (const [text, due, repeat] of [
        ["x daily", "2026-11-26", { unit: "day" }],
        ["x every day at 9:00", "2026-11-27T09:00", { unit: "day" }],
        ["x every friday", "2026-11-27", { unit: "week", weekdays: ["fri"] }],
        ["x every thursday 9:00", "2026-12-03T09:00", { unit: "week", weekdays: ["thu"] }],
        ["x tomorrow at 10 every month", "2026-11-27T10:00", { unit: "month" }],
        ["x every day at 9", "2026-11-27T09:00", { unit: "day" }],
        ["x every monday morning", "2026-11-30T09:00", { unit: "week", weekdays: ["mon"] }],
        ["every friday 17:00 x", "2026-11-27T17:00", { unit: "week", weekdays: ["fri"] }],
        ["x every mon, wed and fri", "2026-11-27", { unit: "week", weekdays: ["mon", "wed", "fri"] }],
        ["x every weekday", "2026-11-26", { unit: "week", weekdays: ["mon", "tue", "wed", "thu", "fri"] }],
        ["x every 2 weeks", "2026-11-26", { unit: "week", every: 2 }],
        ["x every 2 weeks on mon", "2026-11-30", { unit: "week", every: 2, weekdays: ["mon"] }],
        ["x every other tuesday", "2026-12-01", { unit: "week", every: 2, weekdays: ["tue"] }],
        ["x every month on the 15th", "2026-12-15", { unit: "month", on: "15" }],
        ["x every last workday", "2026-11-30", { unit: "month", on: "last workday" }],
        ["x every 3rd friday of the month", "2026-12-18", { unit: "month", on: "third fri" }],
        ["x every month on the last day 17:00", "2026-11-30T17:00", { unit: "month", on: "last day" }],
        ["x every year on 24 december", "2026-12-24", { unit: "year" }],
        ["x tomorrow every 3 days", "2026-11-27", { unit: "day", every: 3 }],
        ["x every week until 31 dec 2027", "2026-11-26", { unit: "week", until: "2027-12-31" }],
    ] as const) {
        assert.deepEqual(read(text), { title: "x", due, repeat }, text);
    }
    assert.equal(read("Movie night every friday").title, "Movie night");
    assert.equal(read("Take 2 daily").title, "Take 2");
    for (const title of [
        "x every second friday",
        "x every 2nd day",
        "x every 0 days",
        "x every 400 days",
        "x every now and then",
    ]) {
        assert.deepEqual(read(title), { title });
    }
});

const PARTS = (
    "milk tomorrow at 10 this evening night friday 17:00 5pm every day daily 2 weeks in on and until the 15th of dec now \\tomorrow \\#x #Shopping " +
    '#New list #" " @tag @5pm !high !! # @ ! , ; - – : 😀 👩‍👧 明日 買い物 קניות \u200f#x ＃x é \\ \\\\ constructor 2026-11-27 3 days'
).split(" ");

test("nothing is lost: what is in no mark is the title, and each mark says something", () => {
    let seed = 11;
    const random = (below: number) => {
        seed = (seed * 48_271) % 2_147_483_647;
        return seed % below;
    };
    for (let round = 0; round < 5_000; round++) {
        const words = Array.from({ length: 1 + random(7) }, () => PARTS[random(PARTS.length)] + " ".repeat(random(3)));
        const text = words.join(random(4) ? " " : "");
        const { title, due, repeat, list, priority, tags, marks } = readQuickAdd(text, place, LISTS);
        const kept = marks.reduceRight((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), text);
        assert.equal(title, kept.replace(/\s+/g, " ").trim(), text);
        for (const [at, { start, end }] of marks.entries()) {
            assert.ok(start >= (marks[at - 1]?.end ?? 0) && start < end && end <= text.length, text);
        }
        const has = (kind: string) => marks.some((mark) => mark.kind === kind);
        const said = [has("due") || has("repeat"), has("repeat"), has("list"), has("priority"), has("tag")];
        assert.deepEqual(said, [due, repeat, list, priority, tags].map(Boolean), text);
        assert.ok(title || !due, text);
    }
});
