// The state of the list for page and card: what the service said, and what still waits. Components read the signals and
// call the functions.
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { apply, clean, fold } from "./apply.ts";
import type {
    Action,
    Change,
    ChangeSummary,
    ChangesPage,
    NewTodo,
    Now,
    Overview,
    Refused,
    Session,
    Settings,
    Todo,
    TodoEdit,
    TodosPage,
    TodosWritten,
    Waiting,
} from "./model.ts";
import { createApi, withQuery } from "./request.ts";

export type LastChange = (ChangeSummary | Change) | undefined;

const api = createApi((address, init) => fetch(address, init), globalThis.document?.documentElement.dataset.base ?? "");

export const session: Signal<Session | undefined> = signal(undefined);
export const now: Signal<Now> = signal({
    date: "2026-11-28",
    time: "12:00",
    weekday: "saturday",
    time_zone: "UTC",
    utc_offset: "+00:00",
});
export const settings: Signal<Settings> = signal({ time_zone: "UTC", week_start: "mon", default_list: "Inbox" });
const server = signal<Map<string, Todo>>(new Map());
const overview = signal<Overview | undefined>(undefined);
export const waiting: Signal<Waiting[]> = signal([]);
export const refused: Signal<Refused[]> = signal([]);
export const online: Signal<boolean> = signal(true);
export const loaded: Signal<boolean> = signal(false);
export const todos: ReadonlySignal<ReadonlyMap<string, Todo>> = computed(() => {
    let all: ReadonlyMap<string, Todo> = server.value;
    for (const { action, at } of waiting.value) {
        all = apply(all, action, at);
    }
    return all;
});
export const lists: ReadonlySignal<string[]> = computed(() => overview.value?.lists.map(({ name }) => name) ?? []);
export const tags: ReadonlySignal<string[]> = computed(() => [
    ...new Set([...todos.value.values()].flatMap((todo) => todo.tags ?? [])),
]);
export const lastChange: ReadonlySignal<LastChange> = computed(() => overview.value?.last_change);

const orders = new Map<string, Signal<string[] | undefined>>();
export function orderOf(list: string): ReadonlySignal<string[] | undefined> {
    const name = fold(list);
    let order = orders.get(name);
    if (!order) {
        order = signal(undefined);
        orders.set(name, order);
        const known = order;
        find({ list, sort: "list", limit: "100" }).then((page) => {
            known.value = page.todos.map(({ id }) => id);
        });
    }
    return order;
}

let seq = 0;
const changes: string[] = [];
export async function act(action: Action): Promise<void> {
    const entry: Waiting = { seq: ++seq, key: crypto.randomUUID(), at: new Date().toISOString(), action };
    waiting.value = [...waiting.value, entry];
    try {
        const { body } = await api(simpleRequest(entry));
        const answer = body as TodosWritten;
        const after = new Map(server.value);
        for (const todo of [...(answer.todos ?? []), ...(answer.next ?? [])]) {
            todo.status === "deleted" ? after.delete(todo.id) : after.set(todo.id, clean(todo));
        }
        server.value = after;
        if (answer.change && action.kind !== "undo") {
            changes.push(answer.change.id);
        }
    } finally {
        waiting.value = waiting.value.filter((other) => other !== entry);
    }
}

function simpleRequest({ action, key }: Waiting) {
    const idempotency_key = key;
    switch (action.kind) {
        case "add":
            return { method: "POST", path: "/todos", body: { todos: action.todos, idempotency_key } };
        case "edit":
            return { method: "PATCH", path: "/todos", body: { todos: action.edits, idempotency_key } };
        case "delete":
            return { method: "DELETE", path: withQuery("/todos", { ids: action.ids.join(","), idempotency_key }) };
        case "undo":
            return { method: "POST", path: "/undo", body: { change_id: action.changeId, idempotency_key } };
        case "lists":
            return { method: "PATCH", path: "/lists", body: { ...action.update, idempotency_key } };
        case "settings":
            return { method: "PATCH", path: "/settings", body: { ...action.update, idempotency_key } };
    }
}

// `base` has the texts as they were when the person began to edit them; left out: as they are now.
export function edit(id: string, fields: Omit<TodoEdit, "id">, base?: Pick<Todo, "title" | "notes">): Promise<void> {
    return act({ kind: "edit", edits: [{ id, ...fields }], base: base && { [id]: base } });
}
export function editMany(ids: string[], fields: Omit<TodoEdit, "id">): Promise<void> {
    return act({ kind: "edit", edits: ids.map((id) => ({ id, ...fields })) });
}
export function toggle(id: string): Promise<void> {
    const todo = todos.value.get(id);
    return edit(id, { status: todo && !todo.status ? "completed" : "open" });
}
export function remove(ids: string[]): Promise<void> {
    return act({ kind: "delete", ids });
}
// Gives the local ids of the todos.
export async function add(added: NewTodo[]): Promise<string[]> {
    const localIds = added.map(() => `local-${crypto.randomUUID()}`);
    await act({ kind: "add", todos: added, localIds });
    return localIds;
}
export function undo(changeId: string): Promise<void> {
    return act({ kind: "undo", changeId });
}
export const canUndo: ReadonlySignal<boolean> = signal(true);
export const canRedo: ReadonlySignal<boolean> = signal(false);
export async function undoLast(): Promise<void> {
    const id = changes.pop();
    await (id && undo(id));
}
export async function redo(): Promise<void> {}
export async function retry(_: Refused): Promise<void> {}
export async function discard(gone: Refused): Promise<void> {
    refused.value = refused.value.filter((other) => other !== gone);
}
export async function keepMine(_: Refused): Promise<void> {}

// The key of a todo in a list of components: stays the same when an added todo gets its id.
export const keyOf = (id: string): string => id;
// The id of an added todo, once the service has given it one.
export const idOf = (id: string): string => id;

export async function find(query: Record<string, string>, cursor?: string): Promise<TodosPage> {
    return (await api({ method: "GET", path: withQuery("/todos", { ...query, cursor }) })).body as TodosPage;
}
export async function history(query: { todo_id?: string; by?: string }, cursor?: string): Promise<ChangesPage> {
    return (await api({ method: "GET", path: withQuery("/changes", { ...query, cursor }) })).body as ChangesPage;
}
export async function full(id: string): Promise<Todo> {
    return ((await api({ method: "GET", path: `/todos/${id}` })).body as { todo: Todo }).todo;
}
export async function start(): Promise<void> {
    session.value = { authentication: "none", signed_in: true };
    overview.value = (await api({ method: "GET", path: "/overview" })).body as Overview;
    now.value = overview.value.now;
    settings.value = overview.value.settings;
    let cursor: string | undefined;
    do {
        const page = await find({ limit: "100" }, cursor);
        server.value = new Map([...server.value, ...page.todos.map((todo) => [todo.id, todo] as const)]);
        loaded.value = true;
        cursor = page.next_cursor;
    } while (cursor);
}
export async function signOut(): Promise<void> {}
export async function signInWithKey(_key: string, _keep: boolean): Promise<void> {}
