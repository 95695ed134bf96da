import assert from "node:assert/strict";
import { test } from "node:test";
import { nowAt } from "../src/list/dates.ts";
import type { Change } from "../src/list/model.ts";
import { plainLines } from "../src/page/history/change_lines.ts";
import { changeWords, undoneWords } from "../src/page/history/change_words.ts";

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

test("the fields that were changed are named", () => {
    const words = (...lines: string[]) => changeWords(change({ by: "Claude", todos: [todo("Milk", ...lines)] }));
    const due = "due: none → 2026-11-28";
    assert.equal(words(due), "changed the date of Milk");
    assert.equal(words(due, "tags: none → a", "title: a: b → Milk"), "changed the date, tags and title of Milk");
    assert.equal(words(due, "notes: none → a\nstatus: open → deleted"), "changed the date and notes of Milk");
    assert.equal(words("list: Work → Home", "position: 2 → 1"), "moved Milk");
    assert.equal(words("list: Work → Home", due), "changed the list and date of Milk");
});

test("an undo says what is now", () => {
    const line = (text: string) => [todo("Milk", `status: ${text}`)];
    assert.equal(undoneWords(change({ todos: line("open → deleted") })), "Milk is back.");
    assert.equal(undoneWords(change({ todos: line("open → deleted"), more_todos: 2 })), "3 todos are back.");
    assert.equal(undoneWords(change({ todos: line("open → completed") })), "Milk is open again.");
    assert.equal(undoneWords(change({ operation: "addTodos", todos: [todo("Milk")] })), "Milk is removed.");
    assert.equal(
        undoneWords(change({ todos: [todo("Milk", "priority: normal → high")] })),
        "Undone: changed the priority of Milk",
    );
    const list = change({ operation: "updateLists", lists: ["list: Work → deleted"], todos: line("open → deleted") });
    assert.equal(undoneWords(list), "Undone: deleted the list Work with 1 todo");
});

test("changes of lists and of settings", () => {
    const lists = (...lines: string[]) => changeWords(change({ by: "Claude", operation: "updateLists", lists: lines }));
    assert.equal(lists("list: Work → Office"), "renamed the list Work to Office");
    assert.equal(lists("list: Work → deleted"), "deleted the list Work");
    assert.equal(lists("list: Work → merged into Office"), "moved the list Work into Office");
    assert.equal(lists("list: deleted → Work"), "restored the list Work");
    assert.equal(lists("order: Inbox, Work → Work, Inbox"), "changed the order of the lists");
    assert.equal(changeWords(change({ operation: "updateSettings", settings: ["time_zone"] })), "Changed the settings");
});

test("who completes a todo that repeats did not add the next one", () => {
    const next = { ...todo("Bins"), id: "q3zv0rm2kc", added: true };
    const todos = [todo("Bins", "repeat: every week → none", "status: open → completed"), next];
    assert.equal(changeWords(change({ by: "Claude", operation: "updateTodo", todos })), "completed Bins");
});

test("an undo says of what", () => {
    const undo = { by: "Claude", operation: "undoChange", undoes: ["8f3kq2m9x7w1z0tb"] };
    assert.equal(changeWords(change({ ...undo, todos: [todo("Milk")] })), "undid a change of Milk");
    assert.equal(changeWords(change({ ...undo, lists: ["list: deleted → Work"] })), "undid a change of the lists");
    assert.equal(
        changeWords(change({ ...undo, settings: ["week_start: sun → mon"] })),
        "undid a change of the settings",
    );
});

test("the fields of a change have the words and the dates of the page", () => {
    const now = nowAt(Date.parse("2026-11-28T12:00Z"), "Europe/Berlin");
    for (const [line, expected] of [
        ["list: Inbox → Library", "List: Inbox → Library"],
        ["title: Bred → Bread → Roll", "Title: Bred → Bread → Roll"],
        ["notes: … → …, page 7", "Notes: …, page 7"],
        ["due: none → 2026-11-28", "Date: Today"],
        ["due: 2026-11-27 → none", "Date: Yesterday → none"],
        ["steps: [ ] One, [ ] Two → [x] One, [ ] Two", "Steps: One, Two → ✓ One, Two"],
        [
            "repeat: every week → every 2 weeks on mon, fri, 3 left",
            "Repeat: every week → every 2 weeks on Mon and Fri, 3 times",
        ],
        [
            "repeat: none → every month on last day from completion",
            "Repeat: every month on the last day after completion",
        ],
        ["repeat: every day until … → none", "Repeat: every day until … → none"],
        ["status: open → deleted", "Deleted"],
        ["time_zone: none → America/New_York", "Time zone: America/New York"],
        ["week_start: mon → sun", "First day of the week: Mon → Sun"],
        ["default_list: Inbox → Home", "List for new todos: Inbox → Home"],
    ] as const) {
        assert.deepEqual(plainLines([line], now), [expected]);
    }
    const done = ["repeat: every week → none", "status: open → completed"];
    assert.deepEqual([plainLines(done, now), plainLines(done, now, true)], [["Completed"], []]);
});
