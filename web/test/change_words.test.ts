import assert from "node:assert/strict";
import { test } from "node:test";
import type { Change } from "../src/list/model.ts";
import { changeWords } from "../src/page/history/change_words.ts";

const at = "2026-11-28T12:00:00+00:00";
const change = (rest: Partial<Change>): Change => ({ id: "8f3kq2m9x7w1z0tb", at, ...rest });
const todo = (title: string, ...changed: string[]) => ({ id: "k7m2x9qa4t", title, changed });

test("one todo is named, several are counted", () => {
    const one = change({ by: "Claude", todos: [todo("Milk", "status: open → completed")] });
    assert.equal(changeWords(one), "completed Milk");
    assert.equal(changeWords({ ...one, more_todos: 8 }), "completed 9 todos");
});

test("a sentence without a name before it begins with a capital letter", () => {
    assert.equal(changeWords(change({ operation: "addTodos", todos: [todo("Milk")] })), "Added Milk");
});

test("todos that have different things in common are changed", () => {
    const todos = [todo("Milk", "status: open → completed"), todo("Bread", "title: Bred → Bread")];
    assert.equal(changeWords(change({ by: "Claude", todos })), "changed 2 todos");
});

test("the summary of the overview has the same words", () => {
    const summary = { id: "8f3kq2m9x7w1z0tb", at, by: "Claude", operation: "deleteTodos", todos: 1, titles: ["Milk"] };
    assert.equal(changeWords(summary), "deleted Milk");
});

test("changes of lists and of settings", () => {
    const lists = change({ by: "Claude", operation: "updateLists", lists: ["list: Work → Office"] });
    assert.equal(changeWords(lists), "changed lists: Work → Office");
    assert.equal(changeWords(change({ operation: "updateSettings", settings: ["time_zone"] })), "Changed the settings");
});
