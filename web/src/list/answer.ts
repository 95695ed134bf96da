// Reads the answer to an action.
import type { Name } from "./database.ts";
import type { Action, ListsWritten, Overview, SettingsWritten, TodosWritten, Waiting } from "./model.ts";
import { moved, type Place, places } from "./order.ts";
import { OVERVIEW, orderName } from "./snapshot.ts";
import type { State } from "./state.ts";

// The `size` of a name (database.ts) if the page has read all todos again after the change.
const ALL = 1e9;

// Whether the answer leaves out some todos, lists or settings that the action has changed.
export function isPartial(action: Action, answer: TodosWritten): boolean {
    switch (action.kind) {
        case "lists":
            return !action.update.order;
        case "undo":
            return !answer.todos || !!answer.settings || !!answer.undid?.some(({ lists }) => lists);
        case "edit":
            return !!answer.found;
        default:
            return false;
    }
}

// The ids of the todos that an action completes. Listings of open todos do not contain these todos.
export function completed(action: Action): string[] {
    const edits = action.kind === "edit" ? action.edits : [];
    return edits.filter(({ status }) => status === "completed").map(({ id }) => id);
}

// The names (database.ts) of the change and of the added todos, with the ids that the service has given them.
export function named({ action, key }: Waiting, answer: TodosWritten, isComplete: boolean): Omit<Name, "at">[] {
    const { todos, next = [], change } = answer;
    const size = isComplete && todos ? todos.length + next.length : ALL;
    const names: Omit<Name, "at">[] = [{ from: key, to: change?.id ?? "", size }];
    if (action.kind === "add") {
        for (const [i, from] of action.localIds.entries()) {
            names.push({ from, to: todos?.[i]?.id ?? "" });
        }
    }
    return names;
}

// The records of the snapshot (snapshot.ts) that the answer changes.
export function written(state: State, { action }: Waiting, answer: TodosWritten): Map<string, unknown> {
    const values = new Map<string, unknown>();
    if (action.kind === "delete") {
        for (const id of action.ids) {
            values.set(id, undefined);
        }
    }
    for (const id of answer.found ? completed(action) : []) {
        const todo = state.todos.value.get(id);
        if (todo?.status) {
            values.set(id, todo);
        }
    }
    for (const todo of [...(answer.todos ?? []), ...(answer.next ?? [])]) {
        values.set(todo.id, state.shown(todo));
    }
    const overview = overviewOf(state.overview.value, action, answer);
    if (overview) {
        values.set(OVERVIEW, overview);
    }
    for (const [name, order] of orders(state, action, answer)) {
        values.set(name, order);
    }
    return values;
}

function overviewOf(before: Overview | undefined, action: Action, answer: unknown): Overview | undefined {
    if (before && action.kind === "settings") {
        const { settings, now } = answer as SettingsWritten;
        return { ...before, settings, now };
    }
    if (before && action.kind === "lists" && action.update.order) {
        const { lists } = answer as ListsWritten;
        const place = (name: string) => lists.indexOf(name) + 1 || lists.length + 1;
        return { ...before, lists: before.lists.toSorted((a, b) => place(a.name) - place(b.name)) };
    }
    return undefined;
}

// The new orders of the lists. Without them, a moved todo would go back to its old place until the page reads the order
// again.
function orders(state: State, action: Action, answer: TodosWritten): Map<string, string[]> {
    const placed = new Map<string, Place[]>();
    for (const [i, { id, position }] of places(action).entries()) {
        const list = state.todos.value.get(id)?.list ?? "";
        const added = action.kind === "add" ? answer.todos?.[i]?.id : undefined;
        placed.set(list, [...(placed.get(list) ?? []), { id: added ?? id, position }]);
    }
    const after = new Map<string, string[]>();
    for (const [list, those] of placed) {
        const order = state.order(list);
        if (order && those.some(({ position }) => position)) {
            after.set(orderName(list), moved(order, those));
        }
    }
    return after;
}
