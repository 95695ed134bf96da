// The effects of a drop.
import type { Todo } from "../../list/model.ts";
import { address } from "../address.ts";
import { change, changeMany, those } from "../doing.ts";
import { selected } from "../select/selection.ts";

// Moves a todo in the order of its list: after the todo `previous`, or to the top.
export function putAfter(todo: Todo, previous: string | undefined): void {
    change(todo, { position: previous ? `after ${previous}` : "top" }, "Moved");
}

// Moves a todo one place up or down among the visible open rows.
export function move(todo: Todo, by: -1 | 1): void {
    const ids = openRows();
    const from = ids.indexOf(todo.id);
    const to = from + by;
    if (from < 0 || to < 0 || to >= ids.length) {
        return;
    }
    putAfter(todo, by > 0 ? ids[to] : ids[to - 1]);
}

export function openRows(): string[] {
    const rows = document.querySelectorAll<HTMLElement>(".row:not(.completed, .deleted)");
    return [...rows].map((row) => row.dataset.todo ?? "");
}

// The todos that a drag to a list or a day moves: all selected todos, if the dragged one is selected.
function moved(todo: Todo): Todo[] {
    return selected.value.has(todo.id) ? those(selected.value) : [todo];
}

export function dropOnList(todo: Todo, list: string): void {
    const others = moved(todo).filter((other) => other.list !== list);
    if (others.length) {
        changeMany(others, { list }, `Moved to ${list}`);
    }
}

export function dropOnDay(todo: Todo, day: string, name: string): void {
    const others = moved(todo).filter((other) => other.due?.slice(0, 10) !== day);
    if (others.length) {
        changeMany(others, { due: day }, `Moved to ${name}`);
    }
}

export function dropOnRow(todo: Todo, id: string, isBefore: boolean): void {
    const ids = openRows().filter((other) => other !== todo.id);
    const at = ids.indexOf(id) + (isBefore ? 0 : 1);
    putAfter(todo, ids[at - 1]);
}

// Whether the rows can be reordered. Only in the view of a list, the order is the person's own.
export function canSort(): boolean {
    return address.value.view === "list";
}
