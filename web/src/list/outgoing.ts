// Makes the request of an action.
import { hasLocalName } from "./apply.ts";
import type { Action, Problem, Todo, TodoEdit, Waiting } from "./model.ts";
import { type Api, type Request, withQuery } from "./request.ts";

export type Prepared = { request: Request } | { problem: Problem; current?: Todo } | undefined;

type Edit = Extract<Action, { kind: "edit" }>;

// Undefined if there is nothing to undo, because the service has not made the change.
export async function prepare(api: Api, { action, key, changed }: Waiting): Promise<Prepared> {
    if (action.kind === "undo" ? !action.changeId || hasLocalName(action.changeId) : false) {
        return undefined;
    }
    if (action.kind === "edit" || action.kind === "delete" ? hasLocalName(JSON.stringify(action)) : false) {
        return { problem: problem(404, "not_added", "The todo was not added", "Add the todo first.") };
    }
    const idempotency_key = changed ? `${key}.${changed}` : key;
    switch (action.kind) {
        case "add":
            return { request: { method: "POST", path: "/todos", body: { todos: action.todos, idempotency_key } } };
        case "edit":
            return edits(api, action, idempotency_key);
        case "delete": {
            const path = withQuery("/todos", { ids: action.ids.join(","), idempotency_key });
            return { request: { method: "DELETE", path } };
        }
        case "undo": {
            const body = { change_id: action.changeId, idempotency_key };
            return { request: { method: "POST", path: "/undo", body } };
        }
        case "lists":
            return { request: { method: "PATCH", path: "/lists", body: { ...action.update, idempotency_key } } };
        case "settings":
            return { request: { method: "PATCH", path: "/settings", body: { ...action.update, idempotency_key } } };
    }
}

// If somebody else has changed the texts since the person began to edit them, the person decides.
async function edits(api: Api, { edits, base = {} }: Edit, idempotency_key: string): Promise<Prepared> {
    const todos: TodoEdit[] = [];
    for (const edit of edits) {
        const before = base[edit.id];
        if (!before) {
            todos.push(edit);
            continue;
        }
        const { todo } = (await api({ method: "GET", path: `/todos/${edit.id}` })).body as { todo: Todo };
        if (isConflict(edit, before, todo)) {
            const detail = "Keep your text or the other one.";
            return { problem: problem(409, "conflict", "The text was changed in the meantime", detail), current: todo };
        }
        todos.push({ ...edit, expected_version: todo.version });
    }
    return { request: { method: "PATCH", path: "/todos", body: { todos, idempotency_key } } };
}

function isConflict(edit: TodoEdit, before: Partial<Todo>, now: Todo): boolean {
    if (now.status === "deleted" && edit.status !== "open") {
        return true;
    }
    const changes = {
        title: edit.title,
        notes: edit.clear?.includes("notes") ? "" : edit.notes,
    };
    return (["title", "notes"] as const).some((name) => {
        const mine = changes[name];
        return mine !== undefined && !isSame(now[name], before[name]) && !isSame(now[name], mine);
    });
}

// White space and invisible characters do not count, because the service removes some of them.
const isSame = (a = "", b = "") => plain(a) === plain(b);
const plain = (text: string) =>
    text
        .normalize()
        .replace(/[\p{C}\s]+/gu, " ")
        .trim();

export function hasVersion(request: Request): boolean {
    const { todos } = (request.body ?? {}) as { todos?: TodoEdit[] };
    return request.method === "PATCH" && !!todos?.some(({ expected_version }) => expected_version);
}

function problem(status: number, code: string, title: string, detail: string): Problem {
    return { type: `urn:todo-action:problem:${code}`, status, code, title, detail };
}
