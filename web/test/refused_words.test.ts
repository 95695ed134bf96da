import assert from "node:assert/strict";
import { test } from "node:test";
import type { Action, Refused } from "../src/list/model.ts";
import { actionWords, mayBeAccepted, problemWords, typedText } from "../src/page/notice/refused_words.ts";

const ID = "k7m2x9qa4t";
const LOCAL = `local-${"0".repeat(32)}`;

function refused(status: number, code: string, id = ID): Refused {
    const action: Action = { kind: "edit", edits: [{ id, status: "completed" }] };
    const problem = { type: "", status, code, title: "", detail: "" };
    return { waiting: { seq: 1, key: "key", at: "", action }, problem };
}

test("only what can be accepted later is offered again", () => {
    for (const status of [500, 502]) {
        assert.ok(mayBeAccepted(refused(status, "internal")), String(status));
    }
    for (const status of [400, 403, 404, 409, 413, 422]) {
        assert.ok(!mayBeAccepted(refused(status, "invalid")), String(status));
    }
});

test("an edit of a todo that was not added is offered again when the todo is there", () => {
    assert.ok(!mayBeAccepted(refused(404, "not_added", LOCAL)));
    assert.ok(mayBeAccepted(refused(404, "not_added")));
});

test("everything that the person typed is there to be copied", () => {
    const steps = [{ title: "Oats" }];
    const add: Action = { kind: "add", todos: [{ title: "Milk", notes: "Two\nlitres", steps }], localIds: [LOCAL] };
    assert.equal(typedText(add), "Milk\nTwo\nlitres\nOats");
    const edits = [
        { id: ID, title: "Oat milk", due: "2026-11-28", add_steps: [{ title: "Pay" }] },
        { id: ID, rename_steps: [{ step: "1", title: "Ask" }] },
    ];
    assert.equal(typedText({ kind: "edit", edits }), "Oat milk\nPay\nAsk");
    assert.equal(typedText({ kind: "lists", update: { list: "Work", rename_to: "Office" } }), "Office");
    assert.equal(typedText({ kind: "delete", ids: [ID] }), "");
});

test("what was refused, and why", () => {
    const todos = [{ title: "Milk" }, { title: "Bread" }];
    assert.equal(actionWords({ kind: "add", todos, localIds: [] }), "add 2 todos");
    assert.equal(actionWords({ kind: "edit", edits: [{ id: ID }] }), "change a todo");
    const errors = [{ path: "todos[0].title", message: "must be at most 500 characters" }];
    const problem = { type: "", status: 422, code: "invalid", title: "The request is not valid", detail: "", errors };
    assert.equal(problemWords(problem), "The request is not valid. Title must be at most 500 characters");
});
