// Tests the texts that the page reads although the service refuses them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { nowAt } from "../src/list/dates.ts";
import { type Place, readDue } from "../src/list/due_words.ts";
import { DAY_LEFT, readLikely } from "../src/list/likely_words.ts";

const SNAPSHOT = new URL(
    "../../tests/api/snapshots/api__days_and_times__what_people_say_becomes_a_day_or_a_time_or_is_refused_with_something_near.snap",
    import.meta.url,
);

// A Thursday, 10:00 in Berlin.
const place: Place = { now: nowAt(Date.parse("2026-11-26T09:00Z"), "Europe/Berlin"), weekStart: "mon" };

test("what is read is what the service reads, or one of the forms that it proposes", () => {
    let read = 0;
    for (const line of readFileSync(SNAPSHOT, "utf8").split("\n")) {
        const [, text = "", proposed = ""] =
            /^(.*?) \| refused: .*?; send for example (.*?)(?: \| since: .*)?$/.exec(line) ?? [];
        const due = readLikely(text, place);
        if (due !== undefined) {
            const forms = [...proposed.matchAll(/"(.*?)"/g)].map(([, form = ""]) => readDue(form, place));
            assert.ok(forms.includes(due), `${text}: ${due}, and not one of ${forms}`);
            read++;
        }
    }
    assert.ok(read > 10);
});

test("an hour from 1 to 7 is in the afternoon, and a part of a day has its hours", () => {
    for (const [text, due] of [
        ["tomorrow at 8", "2026-11-27T08:00"],
        ["tomorrow at 7", "2026-11-27T19:00"],
        ["tomorrow at 12", "2026-11-27T12:00"],
        ["tomorrow at 23", "2026-11-27T23:00"],
        ["tomorrow at 24", undefined],
        ["tomorrow at 0", undefined],
        ["tomorrow morning at 7", "2026-11-27T07:00"],
        ["tomorrow 7 in the morning", "2026-11-27T07:00"],
        ["tomorrow evening at 8:30", "2026-11-27T20:30"],
        ["tomorrow night at 2", undefined],
        ["24 december in the evening", "2026-12-24T19:00"],
        ["this morning", undefined],
        ["this afternoon", "2026-11-26T15:00"],
        ["in the morning", "2026-11-27T09:00"],
        ["friday 5", "2026-11-27T17:00"],
        ["friday 4", undefined],
        ["friday at 4", "2026-11-27T16:00"],
        ["5", undefined],
    ] as const) {
        assert.equal(readLikely(text, place), due, text);
    }
    assert.equal(readLikely("at 5", { ...place, present: "2026-12-01" }), "2026-12-01T17:00");
});

test("a day that is left in a title is known", () => {
    for (const title of [
        "Call Anna next week",
        "Call Anna tomorow",
        "Movie night Friday",
        "on 3/12 call Anna",
        "Call Anna 3/12",
        "Dinner 24.12. 17:00",
    ]) {
        assert.ok(DAY_LEFT.test(title), title);
    }
    for (const title of ["Meet at 5", "Plan tomorrow's talk", "Buy 1/2 kg flour", "1.5 kg of rice", "Today show"]) {
        assert.ok(!DAY_LEFT.test(title), title);
    }
});
