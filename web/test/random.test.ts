// A person does random things in two windows, while requests and answers get lost, the network goes, and windows are
// closed. In the end, the service has done each thing once, and the windows show what the service has.
// SEEDS says how many times, SEED which one alone. TODO is the program `todo`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { clean } from "../src/list/apply.ts";
import type { Action, Change, ChangesPage, Todo, TodosPage, Waiting } from "../src/list/model.ts";
import { Browser, type BrowserWindow, sleep, until } from "./support/browser.ts";
import { Chance } from "./support/chance.ts";
import { Network } from "./support/network.ts";
import { Service } from "./support/service.ts";

const ACTIONS = Number(process.env.ACTIONS ?? 200);
const LISTS = ["Inbox", "Work", "Shopping", "Garden"];
const TAGS = ["red", "green", "blue"];
const OPERATIONS = { add: "addTodos", edit: "updateTodos", delete: "deleteTodos", undo: "undoChange" };

const seeds = process.env.SEED
    ? [Number(process.env.SEED)]
    : Array.from({ length: Number(process.env.SEEDS ?? 5) }, (_, i) => i + 1);

for (const seed of seeds) {
    test(`nothing is lost and nothing is done twice (seed ${seed})`, { timeout: 300_000 }, async () => {
        const service = await Service.start();
        const person = new Person(seed, service);
        try {
            await person.live();
        } finally {
            person.browser.end();
            service.stop();
        }
    });
}

class Person {
    readonly browser = new Browser();
    private readonly chance: Chance;
    private readonly network: Network;
    private readonly windows: BrowserWindow[] = [];
    private readonly did: Waiting[] = [];
    // How many changes each window can undo and redo, because nobody has done anything since.
    private depth = [0, 0];
    private undone = [0, 0];
    private count = 0;

    constructor(
        seed: number,
        private readonly service: Service,
    ) {
        this.chance = new Chance(seed);
        this.network = new Network(service.address, new Chance(seed + 1000));
    }

    async live(): Promise<void> {
        this.windows.push(await this.open(), await this.open());
        await until("loaded", () => this.windows.every(({ loaded }) => loaded.value));
        this.network.isFaulty = true;
        for (let i = 0; i < ACTIONS; i++) {
            await this.happening();
            await this.isSame();
            await this.doSomething();
        }
        await this.compare();
    }

    private open(): Promise<BrowserWindow> {
        return this.browser.window((address, init) => this.network.fetch(address, init));
    }

    private async happening(): Promise<void> {
        const { chance, network } = this;
        if (chance.is(network.isOffline ? 0.15 : 0.03)) {
            network.isOffline = !network.isOffline;
            for (const window of network.isOffline ? [] : this.windows) {
                window.tell("online");
            }
        }
        if (chance.is(0.03)) {
            const i = chance.below(2);
            this.windows[i]?.end();
            this.windows[i] = await this.open();
            this.depth[i] = 0;
            this.undone[i] = 0;
        }
        if (chance.is(0.3)) {
            await sleep(chance.below(40));
        }
    }

    // The windows show the same, as soon as they have heard of each other.
    private async isSame(): Promise<void> {
        const [a, b] = this.windows as [BrowserWindow, BrowserWindow];
        const shown = ({ todos }: BrowserWindow) => JSON.stringify(byId([...todos.value.values()].filter(isOpen)));
        try {
            await until("both windows show the same", () => shown(a) === shown(b));
        } catch {
            const ids = [...new Set([...a.todos.value.keys(), ...b.todos.value.keys()])];
            const odd = ids.filter(
                (id) => JSON.stringify(a.todos.value.get(id)) !== JSON.stringify(b.todos.value.get(id)),
            );
            const values = odd.map(
                (id) => `${JSON.stringify([a.todos.value.get(id), b.todos.value.get(id)])} ${this.story(a, id)}`,
            );
            assert.fail(
                `the windows differ: ${values.join("\n")}; ${a.waiting.value.length} ${b.waiting.value.length}`,
            );
        }
    }

    private async doSomething(): Promise<void> {
        const i = this.chance.below(2);
        const window = this.windows[i] as BrowserWindow;
        const before = new Set(window.waiting.value.map(({ key }) => key));
        const doing = this.choose(window, i);
        const waiting = window.waiting.value.filter(({ key }) => !before.has(key));
        assert.equal(waiting.length, 1, "an action shows at once");
        this.did.push(...waiting);
        await doing;
    }

    private choose(window: BrowserWindow, i: number): Promise<unknown> {
        const { chance } = this;
        if (this.depth[i] && chance.is(0.15)) {
            this.depth[i] -= 1;
            this.undone[i] = (this.undone[i] ?? 0) + 1;
            return window.undoLast();
        }
        if (this.undone[i] && chance.is(0.4)) {
            this.undone[i] -= 1;
            this.depth[i] = (this.depth[i] ?? 0) + 1;
            return window.redo();
        }
        this.depth = this.depth.map((depth, j) => (i === j ? depth + 1 : 0));
        this.undone = [0, 0];
        this.count += 1;
        const todos = [...window.todos.value.values()];
        const open = todos.filter(isOpen);
        if (open.length < 3 || chance.is(0.15)) {
            return window.add(Array.from({ length: chance.is(0.2) ? 12 : 1 + chance.below(3) }, () => this.todo()));
        }
        if (chance.is(0.1)) {
            return window.remove(chance.some(open, chance.is(0.1) ? 12 : 1 + chance.below(3)).map(({ id }) => id));
        }
        if (chance.is(0.15)) {
            const some = chance.some(open, chance.is(0.2) ? 15 : 2 + chance.below(4)).map(({ id }) => id);
            return window.editMany(some, { add_tags: [`new-${this.count}`], list: this.chance.one(LISTS) });
        }
        const completed = todos.filter((todo) => !isOpen(todo));
        if (chance.is(0.2)) {
            return window.toggle(chance.one(completed.length && chance.is(0.5) ? completed : open).id);
        }
        return this.edit(window, chance.one(open), open);
    }

    private todo() {
        const { chance } = this;
        this.count += 1;
        return {
            title: `Todo ${this.count}`,
            ...(chance.is(0.5) ? { list: chance.one(LISTS) } : {}),
            ...(chance.is(0.4) ? { due: this.day() } : {}),
            ...(chance.is(0.3) ? { tags: chance.some(TAGS, 2) } : {}),
            ...(chance.is(0.3) ? { steps: [{ title: "one" }, { title: "two" }] } : {}),
            ...(chance.is(0.2) ? { notes: `Notes ${this.count}` } : {}),
            ...(chance.is(0.2) ? { priority: "high" as const } : {}),
        };
    }

    private day(): string {
        const day = String(1 + this.chance.below(28)).padStart(2, "0");
        return this.chance.is(0.3) ? `2026-12-${day}T${10 + this.chance.below(10)}:30` : `2027-01-${day}`;
    }

    // An edit that changes something.
    private edit(window: BrowserWindow, todo: Todo, open: Todo[]): Promise<unknown> {
        const { chance, count } = this;
        const { id, steps, tags } = todo;
        const other = chance.one(open).id;
        const edits = [
            () => window.edit(id, { title: `Title ${count}` }),
            () => window.edit(id, { notes: `Text ${count}\nwith two lines` }),
            () => window.edit(id, { append_notes: `More ${count}` }),
            () =>
                window.edit(id, {
                    due: todo.due?.startsWith("2028") ? "2029-02-03T08:00" : `2028-${this.day().slice(5)}`,
                }),
            () => window.edit(id, { list: `List ${count % 7} ${chance.below(100)}-${count}` }),
            () => window.edit(id, { priority: todo.priority === "urgent" ? "low" : "urgent" }),
            () => window.edit(id, { add_steps: [{ title: `Step ${count}` }] }),
            () => window.edit(id, { tags: [`tag-${count}`, chance.one(TAGS)] }),
            () => window.edit(id, { position: other === id ? "top" : chance.one(["top", "bottom", `after ${other}`]) }),
        ];
        if (tags) {
            edits.push(() => window.edit(id, { remove_tags: [chance.one(tags)] }));
        }
        if (todo.due) {
            edits.push(() => window.edit(id, { clear: ["due"] }));
        }
        if (steps) {
            const at = chance.below(steps.length);
            const step = String(at + 1);
            edits.push(() => window.edit(id, steps[at]?.done ? { reopen_steps: [step] } : { complete_steps: [step] }));
            edits.push(() => window.edit(id, { remove_steps: [step] }));
            edits.push(() => window.edit(id, { rename_steps: [{ step, title: `Renamed ${count}` }] }));
        }
        return chance.one(edits)();
    }

    private async compare(): Promise<void> {
        const [a, b] = this.windows as [BrowserWindow, BrowserWindow];
        await this.isSame();
        const expected = new Map([...a.todos.value].map(([id, todo]) => [a.keyOf(id), todo]));
        this.network.isOffline = false;
        this.network.isFaulty = false;
        a.tell("online");
        b.tell("online");
        await until("everything is sent", () => !a.waiting.value.length && !b.waiting.value.length, 60_000);
        assert.deepEqual(a.refused.value, []);
        await this.compareChanges(a);
        await this.compareTodos(a, expected);
    }

    // The service has made exactly the changes that the person has made.
    private async compareChanges(window: BrowserWindow): Promise<void> {
        const changes = (await this.pages<ChangesPage>("/changes?limit=100")).flatMap((page) => page.changes).reverse();
        assert.deepEqual(
            this.did.filter(({ key }) => window.idOf(key) === key),
            [],
            "each action has a change",
        );
        const made = changes.map(({ operation = "updateTodos" }) => operation);
        const done = this.did.map(({ action }) => OPERATIONS[action.kind as keyof typeof OPERATIONS]);
        assert.deepEqual(made, done);
        for (const [i, { action }] of this.did.entries()) {
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

    // The windows have shown what the service has now.
    private async compareTodos(window: BrowserWindow, expected: Map<string, Todo>): Promise<void> {
        const pages = await this.pages<TodosPage>("/todos?limit=100");
        const there = pages.flatMap(({ todos }) => todos.map(clean));
        assert.deepEqual(byId([...window.todos.value.values()].filter(isOpen)), byId(there));
        const shown = new Map([...expected].filter(([, todo]) => isOpen(todo)));
        const ids = new Set(there.map(({ id }) => window.keyOf(id)));
        const odd = [...shown.keys(), ...ids].filter((id) => !shown.has(id) || !ids.has(id));
        assert.deepEqual(odd, [], odd.map((id) => this.story(window, id)).join("\n"));
        for (const { id: _, ...todo } of there) {
            const { id: _id, ...before } = shown.get(window.keyOf(_)) as Todo;
            assert.deepEqual(sorted(before), sorted(todo), this.story(window, _));
        }
        await this.isSame();
    }

    // What was done with a todo.
    private story(window: BrowserWindow, id: string): string {
        const names = [id, window.idOf(id)];
        const about = (text: string) => names.some((name) => text.includes(name));
        const keys = new Set<string>();
        const lines = this.did.flatMap((waiting, i) => {
            const { key, at, action } = waiting;
            const undone = action.kind === "undo" && keys.has(action.changeId);
            if (!undone && !about(JSON.stringify(action))) {
                return [];
            }
            keys.add(key).add(window.idOf(key));
            const edits = action.kind === "edit" ? action.edits.filter((edit) => about(edit.id)) : action;
            return [`${i} ${at} ${action.kind} ${window.idOf(key)} ${JSON.stringify(edits).slice(0, 300)}`];
        });
        return [names.join(" "), ...lines].join("\n");
    }

    private async pages<T extends { next_cursor?: string }>(path: string): Promise<T[]> {
        const pages: T[] = [];
        let cursor: string | undefined;
        do {
            const page: T = await this.service.get(cursor ? `${path}&cursor=${encodeURIComponent(cursor)}` : path);
            pages.push(page);
            cursor = page.next_cursor;
        } while (cursor);
        return pages;
    }
}

const isOpen = ({ status }: Todo) => status === undefined;
const byId = (todos: Todo[]) => todos.map(sorted).sort((a, b) => a.id.localeCompare(b.id));

function sorted<T extends object>(value: T): T {
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b))) as T;
}

function touched(action: Action): string[] {
    switch (action.kind) {
        case "add":
            return action.localIds;
        case "edit":
            return action.edits.map(({ id }) => id);
        case "delete":
            return action.ids;
        default:
            return [];
    }
}
