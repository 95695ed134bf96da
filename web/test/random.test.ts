// A person does random things in two windows, while requests and answers get lost, the network fails, and windows are
// closed. At the end, the service must have done each action exactly once, and the windows must show the todos of the
// service.
// Environment variables: SEEDS is the number of tests, SEED runs only the test with this seed, and TODO is the path of
// the `todo` command.
import assert from "node:assert/strict";
import type { Change, Todo } from "../src/list/model.ts";
import { byId, isOpen, OPERATIONS, Person, sorted, touched } from "./support/person.ts";
import { ACTIONS, forEachSeed } from "./support/seeds.ts";
import type { Service } from "./support/service.ts";

forEachSeed("nothing is lost and nothing is done twice", async (seed, service) => {
    const person = new Person(seed, service);
    try {
        await person.begin();
        for (let i = 0; i < ACTIONS; i++) {
            await person.step();
        }
        await compare(person, service);
    } finally {
        person.end();
    }
});

async function compare(person: Person, service: Service): Promise<void> {
    const { window } = person;
    await person.isSame();
    const expected = new Map([...window.todos.value].map(([id, todo]) => [window.keyOf(id), todo]));
    await person.finish();
    assert.deepEqual(window.refused.value, []);
    await compareChanges(person, service);
    await compareTodos(person, service, expected);
}

// Asserts that the service has made exactly the changes that the person has made.
async function compareChanges({ did, window }: Person, service: Service): Promise<void> {
    const changes = await service.changes();
    assert.deepEqual(
        did.filter(({ key }) => window.idOf(key) === key),
        [],
        "each action has a change",
    );
    const made = changes.map(({ operation = "updateTodos" }) => operation);
    const done = did.map(({ action }) => OPERATIONS[action.kind as keyof typeof OPERATIONS]);
    assert.deepEqual(made, done);
    for (const [i, { action }] of did.entries()) {
        const { todos = [], more_todos = 0 } = changes[i] as Change;
        const names = touched(action).map((id) => window.idOf(id));
        if (names.length) {
            assert.equal(todos.length + more_todos, names.length, JSON.stringify([action, changes[i]]));
            assert.deepEqual(
                todos.filter(({ id }) => !names.includes(id)),
                [],
            );
        }
        if (action.kind === "add") {
            const titles = action.todos.map(({ title }) => title);
            assert.deepEqual(
                todos.filter(({ title }) => !titles.includes(title)),
                [],
            );
        }
    }
}

// Asserts that the windows show the todos that the service has now.
async function compareTodos(person: Person, service: Service, expected: Map<string, Todo>): Promise<void> {
    const { window } = person;
    const there = await service.todos();
    assert.deepEqual(byId([...window.todos.value.values()].filter(isOpen)), byId(there));
    const shown = new Map([...expected].filter(([, todo]) => isOpen(todo)));
    const ids = new Set(there.map(({ id }) => window.keyOf(id)));
    const odd = [...shown.keys(), ...ids].filter((id) => !shown.has(id) || !ids.has(id));
    assert.deepEqual(odd, [], odd.map((id) => person.story(id)).join("\n"));
    for (const { id: _, ...todo } of there) {
        const { id: _id, ...before } = shown.get(window.keyOf(_)) as Todo;
        assert.deepEqual(sorted(before), sorted(todo), person.story(_));
    }
    await person.isSame();
}
