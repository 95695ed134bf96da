// What the answer to an action says.
import type { Name } from "./database.ts";
import type { Action, ListsWritten, Overview, SettingsWritten, TodosWritten, Waiting } from "./model.ts";
import { moved, type Place, places } from "./order.ts";
import { OVERVIEW, orderName } from "./snapshot.ts";
import type { State } from "./state.ts";

// The number of todos of a change whose todos were all read.
const ALL = 1e9;

// Whether the answer leaves out some of what the action has changed.
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

// The todos that an action completes: listings of open todos do not have them.
export function completed(action: Action): string[] {
    const edits = action.kind === "edit" ? action.edits : [];
    return edits.filter(({ status }) => status === "completed").map(({ id }) => id);
}

// The ids that the service has given to the change and to added todos.
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

// The records of the snapshot.
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

// So that a todo does not go back until the order is read again.
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
