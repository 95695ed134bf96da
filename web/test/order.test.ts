import assert from "node:assert/strict";
import { test } from "node:test";
import type { Action, Todo } from "../src/list/model.ts";
import { moved, ordered } from "../src/list/order.ts";

test("a todo moves to the top, to the bottom, and after another", () => {
    const order = ["a", "b", "c"];
    assert.deepEqual(moved(order, [{ id: "c", position: "top" }]), ["c", "a", "b"]);
    assert.deepEqual(moved(order, [{ id: "a", position: "bottom" }]), ["b", "c", "a"]);
    assert.deepEqual(moved(order, [{ id: "a", position: "after b" }]), ["b", "a", "c"]);
    assert.deepEqual(moved(order, [{ id: "c", position: "a" }]), ["a", "c", "b"]);
    assert.deepEqual(moved(order, [{ id: "a" }]), order);
});

test("todos with the same position keep their order", () => {
    const placed = [
        { id: "c", position: "top" },
        { id: "d", position: "top" },
    ];
    assert.deepEqual(moved(["a", "b", "c", "d"], placed), ["c", "d", "a", "b"]);
});

test("the order has the open todos of the list, with new ones at the end", () => {
    const todos = new Map<string, Todo>(
        [
            { id: "a", title: "A", list: "Work" },
            { id: "b", title: "B", list: "work" },
            { id: "c", title: "C", list: "Inbox" },
            { id: "d", title: "D", list: "Work", status: "completed" },
            { id: "new", title: "New", list: "Work" },
        ].map((todo) => [todo.id, todo]),
    );
    const move: Action = { kind: "edit", edits: [{ id: "b", position: "top" }] };
    assert.deepEqual(ordered(["a", "b", "c", "d", "gone"], "Work", [move], todos), ["b", "a", "new"]);
});
