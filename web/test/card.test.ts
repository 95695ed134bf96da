// Tests the decisions of the card: its title and dates, the rows that fit on a screen, and its message to the
// assistant.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
    answerOf,
    failure,
    fresh,
    isStale,
    pageOf,
    type State,
    screens,
    toldToTheModel,
    withPage,
    written,
} from "../src/card/state.ts";
import { details, isLate, title } from "../src/card/words.ts";
import type { Now, Todo } from "../src/list/model.ts";

const now: Now = {
    date: "2026-11-26",
    time: "12:00",
    weekday: "thursday",
    time_zone: "Europe/Berlin",
    utc_offset: "+01:00",
};
const todo = (id: string, more: Partial<Todo> = {}): Todo => ({ id, title: id.toUpperCase(), ...more });
const shown = (...todos: Todo[]): State => withPage(fresh({}), { todos, now }, false);
const change = (id: string) => ({ id, undo_until: "2026-12-26T12:00:00+01:00" });

test("the title says the filters of the call, as the model wrote them", () => {
    const titles: [Record<string, unknown>, string][] = [
        [{}, "Todos"],
        [{ status: "any", limit: 5, sort: "due" }, "Todos"],
        [{ due: "today" }, "Today"],
        [{ list: "work", due: "next_7_days" }, "Work · next 7 days"],
        [{ due: "none", priority: "high" }, "No date · high priority"],
        [{ tag: "#home", q: "milk" }, "#home · “milk”"],
        [{ due_from: "friday", due_to: "sunday" }, "From friday · until sunday"],
        [{ completed_from: "monday" }, "Completed"],
        [{ status: "deleted", list: ["Work"], due: null, tag: " " }, "Deleted"],
    ];
    for (const [asked, said] of titles) {
        assert.equal(title(asked), said);
    }
    assert.equal(title({ q: "x".repeat(200) }).length, 120);
});

test("a time is late as soon as it has passed, a day only when it is over, and a done todo never", () => {
    const late = (due: string, status?: string) => isLate(todo("a", { due, status }), now);
    assert.deepEqual(
        ["2026-11-25", "2026-11-26", "2026-11-27"].map((due) => late(due)),
        [true, false, false],
    );
    assert.deepEqual(
        ["2026-11-26T11:59", "2026-11-26T12:00"].map((due) => late(due)),
        [true, false],
    );
    assert.ok(!late("2026-11-25", "completed") && !late("2026-11-25", "deleted") && !isLate(todo("a"), now));
});

test("behind a title are its date, its repetition and its steps", () => {
    const steps = [{ title: "x", done: true }, { title: "y" }];
    const said = (more: Partial<Todo>) => details(todo("a", more), now, "en-GB").replaceAll("\u00a0", " ");
    assert.equal(said({ due: "2026-11-26T18:00", repeat: { unit: "day" }, steps }), "Today 18:00 ↻ · 1 of 2");
    assert.deepEqual([said({}), said({ steps: [] }), said({ repeat: { unit: "day" } })], ["", "", "↻"]);
});

test("a screen holds as many rows as fit, and at least one", () => {
    assert.deepEqual(screens([44, 44, 44], 132), [0]);
    assert.deepEqual(screens([44, 44, 44, 44, 44], 100), [0, 2, 4]);
    assert.deepEqual(screens([44, 900, 44], 100), [0, 1, 2]);
    assert.deepEqual(screens([], 100), []);
});

test("a further page stands behind the others, and a todo that has moved is there once", () => {
    const first = { ...shown(todo("a"), todo("b")), total: 3, nextCursor: "x" };
    const both = withPage(first, { todos: [todo("b"), todo("c")], now }, true);
    assert.deepEqual(
        both.todos.map(({ id }) => id),
        ["a", "b", "c"],
    );
    assert.deepEqual([both.first, both.total, both.nextCursor, both.sentence], [2, 3, undefined, ""]);
    assert.equal(shown().sentence, "No todos here.");
});

test("the assistant is told the sum of what was done here, and nothing that was undone", () => {
    const [a, b] = [todo("a"), todo("b", { status: "completed" })];
    let state = shown(a, b);
    state = written(state, { todos: [{ ...a, status: "completed" }], change: change("1") }, a);
    state = written(state, { todos: [{ ...b, status: "open" }], change: change("2") }, b);
    const said = 'On the card, the person has already done this: Completed: "A". Reopened: "B".';
    assert.equal(toldToTheModel(state), said);
    // The message stays the same if a new page of todos no longer contains the completed todo.
    assert.equal(toldToTheModel(withPage(state, { todos: [b], now }, false)), said);
    state = written(state, { todos: [a], change: change("3") }, undefined, "1");
    assert.match(
        toldToTheModel({ ...state, zoneSet: "Asia/Tokyo" }),
        /this: Reopened: "B"\. Time zone: Asia\/Tokyo\.$/,
    );
    assert.deepEqual(state.changes, [{ id: "2", todo: "b" }]);
    state = written(state, { todos: [b], change: change("4") }, undefined, "2");
    assert.match(toldToTheModel(state), /nothing that is not undone/);
});

test("the row of a completed repetition goes on saying that it repeats, and when next", () => {
    const bins = todo("a", { due: "2026-11-26", repeat: { unit: "week" } });
    const done = { id: "a", title: "A", due: "2026-11-26", status: "completed" };
    const ticked = written(
        shown(bins),
        { todos: [done], next: [todo("b", { due: "2026-12-03" })], change: change("1") },
        bins,
    );
    assert.deepEqual([ticked.todos[0]?.repeat, ticked.next.get("a")], [{ unit: "week" }, "2026-12-03"]);
    const undone = written(ticked, { todos: [bins, todo("b", { status: "deleted" })] }, undefined, "1");
    assert.deepEqual([undone.next.size, undone.changes, undone.todos], [0, [], [bins]]);
});

test("a result without structured content is read from its text", () => {
    const page = { todos: [], now };
    const text = (text: unknown) => ({ content: [{ type: "text", text }] });
    assert.deepEqual(pageOf(text(JSON.stringify(page))), page);
    assert.deepEqual(pageOf({ structuredContent: page }), page);
    for (const other of [text("no JSON"), text("[]"), text("{}"), text(3), { content: "x" }, {}, { content: [null] }]) {
        assert.equal(pageOf(other), undefined);
    }
    assert.equal(pageOf({ structuredContent: page, isError: true }), undefined);
    assert.equal(answerOf(text("null")), undefined);
    assert.equal(failure(text('{"title":"Not found","detail":"Call getTodos."}')), "That did not work: Not found.");
    assert.equal(failure({ isError: true }), "That did not work.");
});

test("a result is old after ten minutes", () => {
    const at = Date.parse("2026-11-26T11:00:00Z");
    assert.deepEqual(
        [0, 9, 11].map((minutes) => isStale(now, at + minutes * 60_000)),
        [false, false, true],
    );
});
