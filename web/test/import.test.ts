import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { importsOf } from "../src/list/import_changes.ts";
import type { Change } from "../src/list/model.ts";
import { ApiProblem, Offline } from "../src/list/request.ts";
import { pack, partsOf, sendParts } from "../src/page/import/packing.ts";
import { repeat } from "../src/page/import/steps.ts";
import { reachedWords, resultWords } from "../src/page/import/words.ts";

const problem = (status: number, retryAfter?: number) =>
    new ApiProblem({ type: "", status, code: "", title: "", detail: "" }, retryAfter);

test("a file is packed, and its parts together are the packed file", async () => {
    const text = Array.from({ length: 2000 }, (_, at) => `- [ ] Todo ${Math.sin(at)}\n`).join("");
    const packed = await pack(new Blob([text]));
    assert.ok(packed.size < text.length / 2);
    const parts = partsOf(packed, 1000);
    assert.ok(parts.length > 5 && parts.every(({ size }) => size > 0 && size <= 1000));
    const whole = Buffer.from(await new Blob(parts).arrayBuffer());
    assert.equal(gunzipSync(whole).toString(), text);
});

test("the parts follow each other, belong to the import of the first, and all but the last say that more follows", async () => {
    const sent: unknown[] = [];
    const last = await sendParts(partsOf(new Blob(["abcdefgh"]), 3), async (part, id, more) => {
        sent.push([await part.text(), id, more]);
        return { import: "i", part: sent.length };
    });
    assert.deepEqual(sent, [
        ["abc", undefined, true],
        ["def", "i", true],
        ["gh", "i", false],
    ]);
    assert.equal(last.part, 3);
});

test("a file that fits is one part, also if it is empty", () => {
    assert.equal(partsOf(new Blob(["abc"]), 3).length, 1);
    assert.equal(partsOf(new Blob([]), 3).length, 1);
});

// Runs `repeat` with steps that return or throw these values, one after another. Returns the values that `seen` got,
// and the pauses.
async function run(steps: (Error | boolean)[]) {
    const [seen, pauses]: [unknown[], number[]] = [[], []];
    const step = async () => {
        const next = steps.shift() ?? true;
        if (typeof next !== "boolean") throw next;
        return { finished: next };
    };
    const wait = async (milliseconds: number) => void pauses.push(milliseconds);
    await repeat(step, (progress) => seen.push(progress?.finished), wait);
    return { seen, pauses };
}

test("a step is repeated until there is nothing more to do", async () => {
    assert.deepEqual(await run([false, false, true]), { seen: [false, false, true], pauses: [] });
});

test("a busy service is asked again when it says so, however often", async () => {
    const busy = Array.from({ length: 20 }, () => problem(503, 3));
    const { pauses } = await run([...busy, problem(429), true]);
    assert.deepEqual(
        pauses.slice(0, 20),
        busy.map(() => 3000),
    );
});

test("without a connection it goes on for as long as it takes, and says so", async () => {
    const { seen, pauses } = await run([false, new Offline(), new Offline(), new Offline(), true]);
    assert.deepEqual(seen, [false, undefined, undefined, undefined, true]);
    assert.deepEqual(pauses, [1000, 2000, 4000]);
});

test("an error that stays ends it, at once or after some attempts", async () => {
    await assert.rejects(run([problem(404)]), ApiProblem);
    await assert.rejects(run(Array.from({ length: 6 }, () => problem(500))), ApiProblem);
    const passing = Array.from({ length: 5 }, () => problem(500));
    assert.deepEqual((await run([...passing, false, ...passing, true])).seen, [false, true]);
});

test("the changes of an import and of its undo belong to it", () => {
    const change = (id: string, more: Partial<Change> = {}) => ({ id, at: "", ...more }) as Change;
    const changes = [
        change("d", { undoes: ["b"] }),
        change("c", { undoes: ["x"] }),
        change("b", { import: "i" }),
        change("a"),
    ];
    assert.deepEqual(
        [...importsOf(changes)],
        [
            ["b", "i"],
            ["d", "i"],
        ],
    );
});

test("what an import has done is said in words", () => {
    const import_ = {
        import: "i",
        file: "Work.csv",
        finished: true,
        todos: 5000,
        done: 500,
        added: 490,
        updated: 0,
        left: 10,
    };
    assert.equal(reachedWords({ ...import_, state: "importing" }), "500 of 5,000 todos");
    assert.equal(resultWords({ ...import_, state: "imported" }), "Added 490 todos, left 10 as they were.");
    const undone = { ...import_, state: "undone", undone: 489, kept: 1 } as const;
    assert.equal(resultWords(undone), "Undone: 489 todos. 1 todo stays, because it was changed since.");
    assert.equal(reachedWords({ ...undone, state: "undoing", undone: 100 }), "101 of 490 todos");
});
