import assert from "node:assert/strict";
import { test } from "node:test";
import { keepPlaces } from "../src/page/held.ts";

const isHeld =
    (...ids: string[]) =>
    (id: string) =>
        ids.includes(id);

test("a held todo that is missing stays behind the one that it followed", () => {
    assert.deepEqual(keepPlaces(["a", "b", "c"], ["a", "c"], isHeld("b")), ["a", "b", "c"]);
    assert.deepEqual(keepPlaces(["a", "b", "c"], ["b", "c"], isHeld("a")), ["a", "b", "c"]);
    assert.deepEqual(keepPlaces(["a", "b", "c"], ["c", "a"], isHeld("b")), ["c", "a", "b"]);
});

test("several held todos stay together", () => {
    assert.deepEqual(keepPlaces(["a", "b", "c", "d"], ["a", "d", "e"], isHeld("b", "c")), ["a", "b", "c", "d", "e"]);
    assert.deepEqual(keepPlaces(["a", "b"], [], isHeld("a", "b")), ["a", "b"]);
});

test("what is not held goes", () => {
    assert.deepEqual(keepPlaces(["a", "b", "c"], ["a", "c"], isHeld()), ["a", "c"]);
});
