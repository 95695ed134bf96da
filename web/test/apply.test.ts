import assert from "node:assert/strict";
import { test } from "node:test";
import { apply as applyAll, clean, difference, localName, resolve } from "../src/list/apply.ts";
import type { Action, Todo, TodoEdit } from "../src/list/model.ts";

const AT = "2026-11-28T12:00:00.000Z";
const MILK: Todo = { id: "milk", title: "Milk", list: "Shopping", due: "2026-12-01T17:00" };

function apply(todos: ReadonlyMap<string, Todo>, ...actions: Action[]) {
    return applyAll(
        todos,
        actions.map((action) => ({ action, at: AT })),
    );
}

function edited(todo: Todo, fields: Omit<TodoEdit, "id">): Todo | undefined {
    const edit: Action = { kind: "edit", edits: [{ id: todo.id, ...fields }] };
    return apply(new Map([[todo.id, todo]]), edit).get(todo.id);
}

test("an added todo has its local id, and what was said about it", () => {
    const action: Action = {
        kind: "add",
        todos: [{ title: "Milk", position: "top", tags: ["#red"] }],
        localIds: ["local"],
    };
    assert.deepEqual(apply(new Map(), action).get("local"), { id: "local", title: "Milk", tags: ["red"] });
});

test("a todo is completed and reopened", () => {
    const completed = edited(MILK, { status: "completed" }) as Todo;
    assert.equal(completed.status, "completed");
    assert.equal(completed.completed_at, AT);
    assert.deepEqual(edited(completed, { status: "open" }), MILK);
});

test("a day keeps the time, and a day and a time replace both", () => {
    assert.equal(edited(MILK, { due: "2026-12-24" })?.due, "2026-12-24T17:00");
    assert.equal(edited(MILK, { due: "2026-12-24T08:00" })?.due, "2026-12-24T08:00");
    assert.equal(edited(MILK, { due: "2026-12-24 all day" })?.due, "2026-12-24");
    assert.equal(edited({ id: "a", title: "A" }, { due: "2026-12-24" })?.due, "2026-12-24");
    assert.equal(edited(MILK, { clear: ["due"] })?.due, undefined);
});

test("tags are added and removed without regard to case", () => {
    const todo = { ...MILK, tags: ["Red", "green"] };
    assert.deepEqual(edited(todo, { add_tags: ["red", "#blue"] })?.tags, ["Red", "green", "blue"]);
    assert.deepEqual(edited(todo, { remove_tags: ["GREEN"] })?.tags, ["Red"]);
    assert.equal(edited(todo, { tags: ["x"], remove_tags: ["x"] })?.tags, undefined);
});

test("steps are ticked, renamed, removed and added by title or position before the edit", () => {
    const todo = { ...MILK, steps: [{ title: "one" }, { title: "two", done: true }, { title: "three" }] };
    assert.deepEqual(
        edited(todo, {
            complete_steps: ["ONE"],
            reopen_steps: ["2"],
            remove_steps: ["3"],
            rename_steps: [{ step: "1", title: "first" }],
            add_steps: [{ title: "last" }],
        })?.steps,
        [{ title: "first", done: true }, { title: "two" }, { title: "last" }],
    );
    assert.deepEqual(edited(todo, { steps: [{ title: "two" }, { title: "new" }] })?.steps, [
        { title: "two", done: true },
        { title: "new" },
    ]);
});

test("notes are replaced, appended to and cleared", () => {
    const todo = { ...MILK, notes: "a" };
    assert.equal(edited(todo, { notes: "b" })?.notes, "b");
    assert.equal(edited(todo, { append_notes: "b" })?.notes, "a\n\nb");
    assert.equal(edited(todo, { clear: ["notes"] })?.notes, undefined);
});

test("a list is renamed, merged and deleted with its todos", () => {
    const todos = new Map([["milk", MILK]]);
    const lists = (update: Extract<Action, { kind: "lists" }>["update"]) => apply(todos, { kind: "lists", update });
    assert.equal(lists({ list: "shopping", rename_to: "Shop" }).get("milk")?.list, "Shop");
    assert.equal(lists({ list: "Shopping", merge_into: "Inbox", delete: true }).get("milk")?.list, "Inbox");
    assert.equal(lists({ list: "Shopping", delete: true }).size, 0);
    assert.deepEqual(lists({ order: ["Shopping"] }), todos);
});

test("an undo restores the fields that the change has altered, and no others", () => {
    const todos = new Map([["milk", MILK]]);
    const after = apply(todos, { kind: "edit", edits: [{ id: "milk", notes: "n", clear: ["due"] }] });
    const later = apply(after, { kind: "edit", edits: [{ id: "milk", title: "Oat milk" }] });
    const undone = apply(later, { kind: "undo", changeId: "x", restore: difference(todos, after) });
    assert.deepEqual(undone.get("milk"), { ...MILK, title: "Oat milk" });
});

test("an undo removes what was added, and brings back what was deleted", () => {
    const todos = new Map([["milk", MILK]]);
    const added = apply(todos, { kind: "add", todos: [{ title: "Bread" }], localIds: ["local"] });
    const deleted = apply(added, { kind: "delete", ids: ["milk"] });
    const restore = [...difference(added, deleted), ...difference(todos, added)];
    assert.deepEqual(apply(deleted, { kind: "undo", changeId: "x", restore }), todos);
});

test("an action on a completed todo that is not in the list shows at once", () => {
    const known = new Map([["old", { id: "old", title: "Old", status: "completed" }]]);
    const action: Action = { kind: "edit", edits: [{ id: "old", status: "open" }] };
    assert.deepEqual(applyAll(new Map(), [{ action, at: AT }], known).get("old"), { id: "old", title: "Old" });
    assert.equal(apply(new Map(), action).size, 0);
});

test("an edit does not bring back a deleted todo, but can restore it", () => {
    const deleted: Action = { kind: "delete", ids: ["milk"] };
    const edit = (fields: Omit<TodoEdit, "id">): Action => ({ kind: "edit", edits: [{ id: "milk", ...fields }] });
    // One window has the todo in its list. Another window, which was opened later, only knows the todo.
    const places: [Map<string, Todo>, Map<string, Todo>][] = [
        [new Map([["milk", MILK]]), new Map()],
        [new Map(), new Map([["milk", MILK]])],
    ];
    for (const [todos, known] of places) {
        const after = (action: Action): Todo | undefined =>
            applyAll(
                todos,
                [
                    { action: deleted, at: AT },
                    { action, at: AT },
                ],
                known,
            ).get("milk");
        assert.equal(after(edit({ title: "Oat milk" })), undefined);
        assert.deepEqual(after(edit({ title: "Oat milk", status: "open" })), { ...MILK, title: "Oat milk" });
    }
});

test("local names get their ids wherever they are, and others stay", () => {
    const [known, unknown] = [localName("local"), localName("local")];
    const action: Action = { kind: "edit", edits: [{ id: unknown, position: `after ${known}` }] };
    const names = new Map([[known, { to: "k7m2x9qa4t" }]]);
    assert.deepEqual(resolve(action, names), {
        kind: "edit",
        edits: [{ id: unknown, position: "after k7m2x9qa4t" }],
    });
    assert.equal(resolve(action, new Map()), action);
});

test("a todo from a single answer is as in a listing", () => {
    const single: Todo = {
        id: "a",
        title: "A",
        status: "open",
        priority: "normal",
        repeat: { unit: "week", every: 1, from: "due" },
        steps: [{ title: "one", done: false }],
        version: 3,
        created_at: AT,
        updated_at: AT,
    };
    assert.deepEqual(clean(single), { id: "a", title: "A", repeat: { unit: "week" }, steps: [{ title: "one" }] });
});
