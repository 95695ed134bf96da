// The order of the open todos of a list, which people and assistants choose with `position`. Pure.
import { fold } from "./apply.ts";
import type { Action, Todo } from "./model.ts";

export interface Place {
    id: string;
    position?: string; // top, bottom, or after and an id
}

// The todos that an action moves, with their new positions.
export function places(action: Action): Place[] {
    switch (action.kind) {
        case "add":
            return action.todos.map(({ position }, i) => ({ id: action.localIds[i] ?? "", position }));
        case "edit":
            return action.edits.map(({ id, position }) => ({ id, position }));
        default:
            return [];
    }
}

// Returns the order after the moves. Several todos with the same position keep their order.
export function moved(order: readonly string[], placed: readonly Place[]): string[] {
    let ids = [...order];
    const last = new Map<string, string>();
    for (const { id, position } of placed) {
        if (!position) {
            continue;
        }
        const before = last.get(position) ?? position.replace(/^after\s+/, "");
        last.set(position, id);
        ids = ids.filter((other) => other !== id);
        const index = before === "top" ? 0 : ids.indexOf(before) + 1;
        // The position is the bottom, or after a todo that is not in this list: then the todo goes to the end.
        ids.splice(index || before === "top" ? index : ids.length, 0, id);
    }
    return ids;
}

// The ids of the open todos of a list. Todos that are not in `order` come last.
export function ordered(
    order: readonly string[],
    list: string,
    actions: readonly Action[],
    todos: ReadonlyMap<string, Todo>,
): string[] {
    const isHere = (todo: Todo | undefined) => todo && !todo.status && fold(todo.list ?? "") === fold(list);
    const known = new Set(order);
    const others = [...todos.values()].filter((todo) => isHere(todo) && !known.has(todo.id)).map(({ id }) => id);
    const after = actions.reduce((ids, action) => moved(ids, places(action)), [...order, ...others]);
    return after.filter((id) => isHere(todos.get(id)));
}
