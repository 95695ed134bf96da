// Applies actions to the todos, so that the page shows the result before the service answers. Pure.
import type { Action, NewTodo, Restored, Step, Todo, TodoEdit, UpdateLists } from "./model.ts";

export type Todos = ReadonlyMap<string, Todo>;

// The todos after these actions. `known` has todos that are not in the list, such as completed todos, which an action
// may reopen.
export function apply(todos: Todos, actions: readonly { action: Action; at: string }[], known?: Todos): Todos {
    const after = new Map(todos);
    // This map also gets the todos that one of the actions deletes.
    const others = new Map(known);
    for (const { action, at } of actions) {
        applyTo(after, action, at, others);
    }
    return after;
}

function applyTo(todos: Map<string, Todo>, action: Action, at: string, others: Map<string, Todo>): void {
    const find = (id: string) => todos.get(id) ?? others.get(id);
    switch (action.kind) {
        case "add":
            for (const [i, todo] of action.todos.entries()) {
                const id = action.localIds[i] ?? "";
                todos.set(id, added(todo, id));
            }
            break;
        case "edit":
            for (const edit of action.edits) {
                const todo = find(edit.id);
                // A deleted todo can only be restored. The service refuses all other edits of it.
                if (todo && (todo.status !== "deleted" || edit.status === "open")) {
                    todos.set(edit.id, edited(todo, edit, at));
                }
            }
            break;
        case "delete":
            for (const id of action.ids) {
                const todo = find(id);
                if (todo) {
                    others.set(id, { ...todo, status: "deleted" });
                }
                todos.delete(id);
            }
            break;
        case "undo":
            for (const restored of action.restore ?? []) {
                restore(todos, restored, find(restored.id));
            }
            break;
        case "lists":
            inLists(todos, action.update);
            break;
        case "settings":
            break;
    }
}

// The action with ids in place of those local names whose ids are known. Local names are unique, and may be anywhere in
// an action, such as in `position`.
export function resolve(action: Action, names: ReadonlyMap<string, { to: string }>): Action {
    const text = JSON.stringify(action);
    const resolved = text.replace(LOCAL_NAMES, (name) => names.get(name)?.to ?? name);
    return resolved === text ? action : JSON.parse(resolved);
}

// Makes a local name for a todo or a change that has no id from the service yet.
export function localName(kind: "local" | "key"): string {
    const random = crypto.getRandomValues(new Uint8Array(16));
    return `${kind}-${[...random].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export const hasLocalName = (text: string) => text.search(LOCAL_NAMES) >= 0;

const LOCAL_NAMES = /\b(?:local|key)-[0-9a-f]{32}\b/g;

// The changes that an undo must make to get from the todos after an action to the todos before it.
export function difference(before: Todos, after: Todos): Restored[] {
    const restored: Restored[] = [];
    for (const id of new Set([...before.keys(), ...after.keys()])) {
        const [old, now] = [before.get(id), after.get(id)];
        if (!old) {
            restored.push({ id });
        } else if (!now) {
            restored.push({ id, todo: old });
        } else if (old !== now) {
            const names = Object.keys({ ...old, ...now }) as (keyof Todo)[];
            const changed = names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]));
            restored.push({ id, fields: Object.fromEntries(changed.map((name) => [name, old[name] ?? null])) });
        }
    }
    return restored;
}

function restore(todos: Map<string, Todo>, { id, fields, todo }: Restored, before: Todo | undefined): void {
    if (todo) {
        todos.set(id, todo);
    } else if (!fields) {
        todos.delete(id);
    } else if (before && before.status !== "deleted") {
        const entries = Object.entries({ ...before, ...fields }).filter(([, value]) => value !== null);
        todos.set(id, Object.fromEntries(entries) as unknown as Todo);
    }
}

function added({ position: _, ...todo }: NewTodo, id: string): Todo {
    return clean({ ...todo, id, tags: todo.tags?.map(tag) });
}

// The todo after an edit. The fields apply in the same order as in the service: `steps` before the other fields about
// steps.
function edited(todo: Todo, edit: TodoEdit, at: string): Todo {
    const { clear, status, completed_at, due, append_notes, add_tags, remove_tags } = edit;
    const after: Todo = { ...todo };
    for (const name of ["title", "notes", "list", "priority", "repeat"] as const) {
        Object.assign(after, edit[name] === undefined ? {} : { [name]: edit[name] });
    }
    if (append_notes) {
        after.notes = after.notes ? `${after.notes}\n\n${append_notes}` : append_notes;
    }
    const removed = new Set(remove_tags?.map(fold));
    const tags = [...(edit.tags ?? todo.tags ?? []), ...(add_tags ?? [])].map(tag);
    after.tags = tags.filter((name, i) => !removed.has(fold(name)) && tags.map(fold).indexOf(fold(name)) === i);
    after.steps = editedSteps(todo.steps ?? [], edit);
    if (due) {
        after.due = dueOf(todo.due, due);
    }
    for (const name of clear ?? []) {
        after[name] = undefined;
    }
    if (status === "completed") {
        after.status = status;
        after.completed_at = completed_at ?? todo.completed_at ?? at;
    } else if (status === "open") {
        after.status = undefined;
        after.completed_at = undefined;
        after.deleted_at = undefined;
    }
    return clean(after);
}

function editedSteps(before: Step[], edit: TodoEdit): Step[] {
    const done = (title: string) => before.find((step) => fold(step.title) === fold(title))?.done;
    const steps = edit.steps?.map((step) => ({ ...step, done: step.done ?? done(step.title) })) ?? before;
    const isOneOf = (names: string[] | undefined, { title }: Step, i: number) =>
        names?.some((name) => fold(name) === fold(title) || name === String(i + 1));
    const after = steps.flatMap((step, i) => {
        if (isOneOf(edit.remove_steps, step, i)) {
            return [];
        }
        const renamed = edit.rename_steps?.find(({ step: name }) => isOneOf([name], step, i));
        const ticked = isOneOf(edit.complete_steps, step, i) || (step.done && !isOneOf(edit.reopen_steps, step, i));
        return [{ title: renamed?.title ?? step.title, ...(ticked ? { done: true } : {}) }];
    });
    return [...after, ...(edit.add_steps ?? [])];
}

// A due date without a time keeps the time that the todo has.
function dueOf(before: string | undefined, due: string): string {
    const isDay = /^\d{4}-\d\d-\d\d$/.test(due);
    return isDay && before?.includes("T") ? due + before.slice(10) : due.replace(/ all day$/, "");
}

function inLists(todos: Map<string, Todo>, { list, rename_to, merge_into, delete: gone }: UpdateLists): void {
    const to = merge_into ?? rename_to;
    for (const [id, todo] of list && (to || gone) ? todos : []) {
        if (fold(todo.list ?? "") === fold(list ?? "")) {
            to ? todos.set(id, { ...todo, list: to }) : todos.delete(id);
        }
    }
}

// A todo in the form of listings: without default values, and without the fields that only some answers have. So two
// answers about the same todo are equal.
export function clean(todo: Todo): Todo {
    const { version: _, created_at: _c, updated_at: _u, weekday: _w, ...rest } = todo;
    const { every, from, ...rhythm } = todo.repeat ?? {};
    const after: Todo = {
        ...rest,
        status: todo.status === "open" ? undefined : todo.status,
        priority: todo.priority === "normal" ? undefined : todo.priority,
        tags: todo.tags?.length ? todo.tags : undefined,
        notes: todo.notes || undefined,
        steps: todo.steps?.length
            ? todo.steps.map(({ title, done }) => (done ? { title, done } : { title }))
            : undefined,
        repeat: todo.repeat && {
            ...rhythm,
            unit: todo.repeat.unit,
            ...(every && every > 1 ? { every } : {}),
            ...(from === "completion" ? { from } : {}),
        },
    };
    return Object.fromEntries(Object.entries(after).filter(([, value]) => value !== undefined)) as unknown as Todo;
}

const tag = (text: string) => text.replace(/^#/, "");

// The service ignores case in the same way when it compares names.
export const fold = (text: string) => text.toLowerCase();
