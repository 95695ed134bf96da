// The same as random.test.ts, but an assistant changes the same todos at the same time. At the end, the history must
// contain each change of the person and of the assistant exactly once. The page keeps each refused action for the
// person. No action of the person replaces a text of the assistant that the person has not seen.
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Action, Change, Waiting } from "../src/list/model.ts";
import { Assistant } from "./support/assistant.ts";
import { until } from "./support/browser.ts";
import { Chance } from "./support/chance.ts";
import { byId, isOpen, OPERATIONS, Person, touched as touchedBy } from "./support/person.ts";
import { ACTIONS, forEachSeed } from "./support/seeds.ts";
import type { Service } from "./support/service.ts";

forEachSeed("beside an assistant, nothing is lost and nothing is done twice", async (seed, service) => {
    const assistant = new Assistant(new Chance(seed + 2000), service);
    const person = new Person(seed, service, false);
    try {
        await person.begin();
        for (let i = 0; i < ACTIONS; i++) {
            assistant.goOn();
            await person.step();
        }
        await assistant.finish();
        await person.finish();
        await compare(person, assistant, service);
    } finally {
        person.end();
    }
});

async function compare(person: Person, assistant: Assistant, service: Service): Promise<void> {
    const changes = await service.changes();
    const left = new Map(changes.map((change) => [change.id, change]));
    for (const [id, { operation, ids }] of assistant.did) {
        assertMade(take(left, id), operation, ids);
    }
    for (const waiting of person.did) {
        accountFor(person, waiting, left);
    }
    assert.ok(person.refused.size > 0, "they have changed the same todos");
    assert.deepEqual([...left.values()], [], "nobody else has changed anything, and nothing was done twice");
    const there = byId(await service.todos());
    const shown = () => byId([...person.window.todos.value.values()].filter(isOpen));
    // If this takes too long, the next comparison fails and prints the difference.
    await until("the page shows it", () => isDeepStrictEqual(shown(), there)).catch(() => {});
    assert.deepEqual(shown(), there, "the page shows what the service has");
    await person.isSame();
}

// Asserts that an action of the person is in the history, was kept for the person, or had nothing to do.
function accountFor(person: Person, { key, action }: Waiting, left: Map<string, Change>): void {
    const { window, network, decided } = person;
    const answers = [...network.answered].filter(([name]) => name.split(".")[0] === key).flatMap(([, those]) => those);
    const bodies = answers.filter(({ status }) => status < 300).map(({ body }) => body);
    const made = new Set(bodies.flatMap(({ change }) => change?.id ?? []));
    assert.ok(made.size <= 1, `done twice: ${JSON.stringify([action, answers])}`);
    const [id] = made;
    const kept = window.refused.value.find(({ waiting }) => waiting.key === key);
    if (id) {
        assert.deepEqual([window.idOf(key), kept], [id, undefined], JSON.stringify([action, answers]));
        const change = take(left, id);
        assertMade(change, OPERATIONS[action.kind as keyof typeof OPERATIONS], touched(person, action));
        assertSeen(change, action, decided.has(key));
    } else if (kept) {
        const { problem, current, waiting } = kept;
        assert.deepEqual(texts(waiting.action), texts(action), "the person's texts are kept");
        assert.ok(problem.code !== "conflict" || current, "beside what the assistant has made of the todo");
    } else if (bodies.length) {
        assert.ok(bodies[0]?.unchanged, JSON.stringify([action, bodies]));
    } else if (decided.get(key) !== "discard") {
        const isUndo = action.kind === "undo" && !answers.length;
        assert.ok(isUndo, `${JSON.stringify(action)} is gone: ${JSON.stringify(answers)}`);
        // The service had not made the change that this action was to undo, so there was nothing to send.
        const target = action.changeId;
        assert.ok(!target || decided.has(target) || window.idOf(target) === target, `${target} was to be undone`);
    }
}

function take(left: Map<string, Change>, id: string): Change {
    const change = left.get(id);
    assert.ok(change, `the history has no change ${id}`);
    left.delete(id);
    return change;
}

// The change may have fewer todos than the action, because some todos may already have had the new values.
function assertMade(
    { operation = "updateTodos", todos = [], more_todos = 0 }: Change,
    made: string,
    ids: string[],
): void {
    assert.equal(operation, made);
    if (ids.length) {
        assert.ok(todos.length + more_todos <= ids.length && todos.length > 0);
        assert.deepEqual(
            todos.filter(({ id }) => !ids.includes(id)),
            [],
        );
    }
}

// Asserts that the change replaces the title that the person had seen with the title that the person has written.
function assertSeen({ todos = [] }: Change, action: Action, isDecided: boolean): void {
    for (const { title, id } of action.kind === "edit" ? action.edits : []) {
        const was = action.kind === "edit" ? action.base?.[id]?.title : undefined;
        const said = todos.flatMap(({ changed = [] }) => changed).find((text) => text.startsWith("title: "));
        if (title && said && !isDecided) {
            assert.equal(said, `title: ${was} → ${title}`);
        }
    }
}

function texts(action: Action) {
    const edits = action.kind === "edit" ? action.edits : [];
    const added = action.kind === "add" ? action.todos : [];
    return [action.kind, ...edits, ...added].map((one) => (typeof one === "string" ? one : [one.title, one.notes]));
}

function touched({ window }: Person, action: Action): string[] {
    return touchedBy(action).map((id) => window.idOf(id));
}
