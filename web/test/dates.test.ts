import assert from "node:assert/strict";
import { test } from "node:test";
import { group, isOverdue, nowAt, showDate, showDue, showInText } from "../src/list/dates.ts";
import type { Repeat } from "../src/list/model.ts";
import { repeatWords } from "../src/list/repeat.ts";

const at = (instant: string, zone: string) => nowAt(Date.parse(instant), zone);
const now = at("2026-11-22T09:00:30Z", "Europe/Berlin");

test("the clock of each zone is that of the service", () => {
    assert.deepEqual(now, {
        date: "2026-11-22",
        time: "10:00",
        weekday: "sunday",
        time_zone: "Europe/Berlin",
        utc_offset: "+01:00",
    });
    const { date, time, weekday, utc_offset } = at("2026-03-01T02:59:59Z", "America/St_Johns");
    assert.deepEqual([date, time, weekday, utc_offset], ["2026-02-28", "23:29", "saturday", "-03:30"]);
    assert.equal(at("2026-11-22T18:15:00Z", "Asia/Kathmandu").time, "00:00");
    assert.equal(at("2026-11-22T18:15:00Z", "UTC").utc_offset, "+00:00");
});

test("a day is overdue when it is over, and a minute when it has passed", () => {
    for (const due of ["2026-11-21", "2026-11-22T09:59", "2026-11-21T23:00"]) {
        assert.ok(isOverdue(due, now), due);
    }
    for (const due of ["2026-11-22", "2026-11-22T10:00", "2026-11-22T10:01", "2026-11-23"]) {
        assert.ok(!isOverdue(due, now), due);
    }
});

test("when clocks change, a skipped time counts from the offset before, and a repeated one is the first", () => {
    const overdue = (due: string, instant: string) => isOverdue(due, at(instant, "Europe/Berlin"));
    assert.ok(!overdue("2026-03-29T02:30", "2026-03-29T01:29:59Z"));
    assert.ok(overdue("2026-03-29T02:30", "2026-03-29T01:31:00Z"));
    assert.ok(!overdue("2026-10-25T02:30", "2026-10-25T00:29:59Z"));
    assert.ok(overdue("2026-10-25T02:30", "2026-10-25T01:10:00Z"));
});

test("each todo is in one group of the service's filters", () => {
    const groups: [string | undefined, string][] = [
        [undefined, "none"],
        ["2026-11-21", "overdue"],
        ["2026-11-22T09:00", "overdue"],
        ["2026-11-22", "today"],
        ["2026-11-22T23:59", "today"],
        ["2026-11-23", "tomorrow"],
        ["2026-11-24", "next_7_days"],
        ["2026-11-29T23:59", "next_7_days"],
        ["2026-11-30", "later"],
    ];
    for (const [due, expected] of groups) {
        assert.equal(group(due, now), expected, String(due));
    }
});

test("dates are short, and in the language of the person", () => {
    const plain = (due: string, locale: string) => showDue(due, now, locale).replace(/\s/g, " ");
    assert.equal(plain("2026-11-22T18:00", "en-GB"), "Today 18:00");
    assert.equal(plain("2026-11-22T18:00", "en-US"), "Today 6:00 PM");
    assert.equal(plain("2026-11-23", "de"), "Morgen");
    assert.equal(plain("2026-11-21", "en-GB"), "Yesterday");
    assert.equal(plain("2026-11-24", "en-GB"), "Tue 24 Nov");
    assert.equal(plain("2027-01-05T09:05", "en-GB"), "Tue, 5 Jan 2027 09:05");
    assert.equal(showInText("2026-11-22T09:05", now, "en-GB"), "today 09:05");
    assert.equal(showDate("2026-11-24", now, "en-GB", "long"), "Tuesday 24 November");
});

test("a repetition in words", () => {
    const words: [Repeat, string][] = [
        [{ unit: "day" }, "every day"],
        [
            { unit: "week", every: 2, weekdays: ["thu", "mon"], until: "2026-12-31" },
            "every 2 weeks on Mon and Thu until 31 Dec",
        ],
        [{ unit: "week", weekdays: ["mon", "tue", "sat"] }, "every Mon, Tue and Sat"],
        [{ unit: "week", weekdays: ["mon", "tue", "wed", "thu", "fri"] }, "every workday"],
        [{ unit: "month", on: "22" }, "every month on the 22nd"],
        [{ unit: "month", every: 3, on: "11", count: 4 }, "every 3 months on the 11th, 4 times"],
        [{ unit: "month", on: "last day", count: 1 }, "every month on the last day, for the last time"],
        [{ unit: "year", on: "first mon", until: "2030-01-31" }, "every year on the first Mon until 31 Jan 2030"],
        [{ unit: "day", every: 3, from: "completion" }, "every 3 days after completion"],
    ];
    for (const [repeat, expected] of words) {
        assert.equal(repeatWords(repeat, now, "en-GB"), expected);
    }
});
