// The page reads dates as the service does. The answers of the service to each text come from the data of the service's
// own tests.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { nowAt } from "../src/list/dates.ts";
import { type Place, readDue } from "../src/list/due_words.ts";
import { instantOf, localOf } from "../src/list/zone.ts";

const SNAPSHOTS = new URL("../../tests/api/snapshots/api__days_and_times__", import.meta.url);

function place(local: string, zone: string, present?: string): Place {
    return { now: nowAt(instantOf(localOf(local), zone), zone), weekStart: "mon", present };
}

function snapshot(name: string): string[] {
    const text = readFileSync(new URL(`${SNAPSHOTS.href}${name}.snap`), "utf8");
    return (text.split("\n---\n")[1] ?? "").split("\n").filter(Boolean);
}

test("each text that people say is read as by the service, or refused as by the service", () => {
    const here = place("2026-11-26T10:00", "Europe/Berlin");
    const said = readFileSync(new URL("../../tests/api/days_and_times.txt", import.meta.url), "utf8")
        .trimEnd()
        .split("\n");
    const lines = snapshot("what_people_say_becomes_a_day_or_a_time_or_is_refused_with_something_near");
    assert.equal(lines.length, said.length);
    for (const [at, text] of said.entries()) {
        const answer = lines[at]?.slice(text.length + 3).split(" | since:")[0] ?? "";
        const expected = answer.startsWith("refused") ? undefined : answer;
        // The page does not know the second of the present moment.
        assert.equal(readDue(text, here), text === "in 30 seconds" ? undefined : expected, text);
    }
});

test("each form of the table is read in three zones and when clocks change", () => {
    const lines = snapshot("every_form_of_the_table_is_read_in_three_zones_and_when_clocks_change");
    assert.ok(lines.length > 100);
    for (const line of lines) {
        const [form = "", at = "", expected] = line.split(" | ");
        const [zone = "", local = ""] = at.split(" ");
        assert.equal(readDue(form, place(local, zone)), expected, line);
    }
});

test("a day alone keeps the time of the todo, and a time alone keeps its day", () => {
    for (const [text, ofTimed, ofDated] of [
        ["2026-12-24", "2026-12-24T15:00", "2026-12-24"],
        ["tomorrow", "2026-11-27T15:00", "2026-11-27"],
        ["+3d", "2026-11-29T15:00", "2026-11-29"],
        ["9:00", "2026-12-01T09:00", "2026-12-01T09:00"],
        ["tomorrow 4pm", "2026-11-27T16:00", "2026-11-27T16:00"],
        ["tomorrow all day", "2026-11-27", "2026-11-27"],
        ["all day", "2026-12-01", "2026-12-01"],
        ["+1h", "2026-11-26T11:00", "2026-11-26T11:00"],
        ["tonight", "2026-11-26T20:00", "2026-11-26T20:00"],
    ] as const) {
        const read = (present: string) => readDue(text, place("2026-11-26T10:00", "Europe/Berlin", present));
        assert.deepEqual([read("2026-12-01T15:00"), read("2026-12-01")], [ofTimed, ofDated], text);
    }
});

test("a time that is over is tomorrow's, tonight ends at midnight, and weeks begin where the person says", () => {
    const at = (text: string, now: string, weekStart: Place["weekStart"] = "mon") =>
        readDue(text, { ...place(now, "Europe/Berlin"), weekStart });
    assert.equal(at("17:00", "2026-11-26T16:59"), "2026-11-26T17:00");
    assert.equal(at("17:00", "2026-11-26T17:00"), "2026-11-27T17:00");
    assert.equal(at("tonight", "2026-11-26T21:00"), "2026-11-26T23:59");
    assert.equal(at("next sunday", "2026-11-26T10:00"), "2026-12-06");
    assert.equal(at("next sunday", "2026-11-26T10:00", "sun"), "2026-11-29");
});

test("no text makes it fail, and what is read is a date", () => {
    const parts =
        "in the 15th of dec 2026 friday next +3d 1h5m 17:00 5pm tonight - / é 😀 \u0660 99 p1d t0 at all day constructor valueof".split(
            " ",
        );
    let seed = 7;
    const random = (below: number) => {
        seed = (seed * 48_271) % 2_147_483_647;
        return seed % below;
    };
    for (let round = 0; round < 20_000; round++) {
        const text = Array.from({ length: 1 + random(5) }, () => parts[random(parts.length)]).join(
            random(9) ? " " : "",
        );
        const due = readDue(text, place("2026-11-26T10:00", "Europe/Berlin"));
        assert.match(due ?? "2026-01-01", /^\d{4}-\d\d-\d\d(T\d\d:\d\d)?$/, text);
    }
});
