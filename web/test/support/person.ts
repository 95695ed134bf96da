// A person who does random things in two windows, while requests and answers get lost, the network fails, and windows
// are closed.
import assert from "node:assert/strict";
import type { Action, Refused, Todo, Waiting } from "../../src/list/model.ts";
import { Browser, type BrowserWindow, sleep, until } from "./browser.ts";
import { Chance } from "./chance.ts";
import { LISTS, newFields, newTodo } from "./choices.ts";
import { Network } from "./network.ts";
import type { Service } from "./service.ts";

// On a busy machine, it can take long until all waiting actions are sent.
const PATIENCE = 180_000;

export class Person {
    readonly did: Waiting[] = [];
    // The refused actions by their keys, and the decisions of the person about some of them.
    readonly refused = new Map<string, Refused>();
    readonly decided = new Map<string, "discard" | "retry" | "keepMine">();
    readonly network: Network;
    private readonly browser = new Browser();
    private readonly chance: Chance;
    private readonly windows: BrowserWindow[] = [];
    // The numbers of changes that each window can undo and redo. A change in the other window sets them to 0.
    private depth = [0, 0];
    private undone = [0, 0];
    private count = 0;

    constructor(
        seed: number,
        service: Service,
        private readonly isAlone = true,
    ) {
        this.chance = new Chance(seed);
        this.network = new Network(service.address, new Chance(seed + 1000));
    }

    get window(): BrowserWindow {
        return this.windows[0] as BrowserWindow;
    }

    async begin(): Promise<void> {
        this.windows.push(await this.open(), await this.open());
        await until("loaded", () => this.windows.every(({ loaded }) => loaded.value));
        this.network.isFaulty = true;
    }

    async step(): Promise<void> {
        await this.happening();
        await this.decide();
        await this.isSame();
        await this.doSomething();
    }

    // Repairs the network, and waits until everything is sent.
    async finish(): Promise<void> {
        this.network.isOffline = false;
        this.network.isFaulty = false;
        for (const window of this.windows) {
            window.tell("online");
        }
        await until("everything is sent", () => this.windows.every(({ waiting }) => !waiting.value.length), PATIENCE);
        this.look();
    }

    end(): void {
        this.browser.end();
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

    private look(): void {
        for (const one of this.window.refused.value) {
            this.refused.set(one.waiting.key, one);
        }
    }

    // Sometimes, the person decides about one refused action.
    private async decide(): Promise<void> {
        this.look();
        const window = this.chance.one(this.windows);
        if (window.refused.value.length && this.chance.is(0.1)) {
            const refused = this.chance.one(window.refused.value);
            const decision = this.chance.one(["discard", "retry", "keepMine"] as const);
            this.decided.set(refused.waiting.key, decision);
            await window[decision](refused);
        }
    }

    // Waits until both windows show the same todos, because a window needs some time to see the changes of the other
    // one.
    async isSame(): Promise<void> {
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
                (id) => `${JSON.stringify([a.todos.value.get(id), b.todos.value.get(id)])} ${this.story(id)}`,
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
        const doing = this.undo(window, i) ?? this.choose(window, i);
        const waiting = window.waiting.value.filter(({ key }) => !before.has(key));
        assert.equal(waiting.length, 1, "an action shows at once");
        this.did.push(...waiting);
        await doing;
    }

    // If an assistant changes the same todos, an undo may come too late. Then the service refuses it.
    private undo(window: BrowserWindow, i: number): Promise<unknown> | undefined {
        const { chance, isAlone } = this;
        if ((isAlone ? this.depth[i] : window.canUndo.value) && chance.is(0.15)) {
            this.depth[i] = (this.depth[i] ?? 0) - 1;
            this.undone[i] = (this.undone[i] ?? 0) + 1;
            return window.undoLast();
        }
        if ((isAlone ? this.undone[i] : window.canRedo.value) && chance.is(0.4)) {
            this.undone[i] = (this.undone[i] ?? 0) - 1;
            this.depth[i] = (this.depth[i] ?? 0) + 1;
            return window.redo();
        }
        const { lastChange } = window;
        return lastChange.value && !isAlone && chance.is(0.03) ? window.undo(lastChange.value.id) : undefined;
    }

    private choose(window: BrowserWindow, i: number): Promise<unknown> {
        const { chance } = this;
        this.depth = this.depth.map((depth, j) => (i === j ? depth + 1 : 0));
        this.undone = [0, 0];
        this.count += 1;
        const todos = [...window.todos.value.values()];
        const open = todos.filter(isOpen);
        if (open.length < 3 || chance.is(0.15)) {
            const size = chance.is(0.2) ? 12 : 1 + chance.below(3);
            return window.add(Array.from({ length: size }, (_, j) => newTodo(chance, `${this.count}.${j}`)));
        }
        if (chance.is(0.1)) {
            return window.remove(chance.some(open, chance.is(0.1) ? 12 : 1 + chance.below(3)).map(({ id }) => id));
        }
        if (chance.is(0.15)) {
            const some = chance.some(open, chance.is(0.2) ? 15 : 2 + chance.below(4)).map(({ id }) => id);
            return window.editMany(some, { add_tags: [`new-${this.count}`], list: chance.one(LISTS) });
        }
        const completed = todos.filter((todo) => !isOpen(todo));
        if (chance.is(0.2)) {
            return window.toggle(chance.one(completed.length && chance.is(0.5) ? completed : open).id);
        }
        const todo = this.isAlone ? chance.one(open) : chance.popular(open);
        return window.edit(todo.id, newFields(chance, this.count, todo, open));
    }

    // The actions that concerned a todo, for the message of a failed test.
    story(id: string): string {
        const names = [id, this.window.idOf(id)];
        const about = (text: string) => names.some((name) => text.includes(name));
        const keys = new Set<string>();
        const lines = this.did.flatMap(({ key, at, action }, i) => {
            const undone = action.kind === "undo" && keys.has(action.changeId);
            if (!undone && !about(JSON.stringify(action))) {
                return [];
            }
            keys.add(key).add(this.window.idOf(key));
            const edits = action.kind === "edit" ? action.edits.filter((edit) => about(edit.id)) : action;
            return [`${i} ${at} ${action.kind} ${this.window.idOf(key)} ${JSON.stringify(edits).slice(0, 300)}`];
        });
        return [names.join(" "), ...lines].join("\n");
    }
}

export const isOpen = ({ status }: Todo) => status === undefined;
export const byId = (todos: Todo[]) => todos.map(sorted).sort((a, b) => a.id.localeCompare(b.id));

export function sorted<T extends object>(value: T): T {
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b))) as T;
}

// The operation of each kind of action.
export const OPERATIONS = { add: "addTodos", edit: "updateTodos", delete: "deleteTodos", undo: "undoChange" };

// The ids of the todos that an action names.
export function touched(action: Action): string[] {
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
