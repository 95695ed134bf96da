// Held todos: a ticked todo stays in its place until the view changes. Views sort a held todo by its values from
// before, and show its current values.
import { signal } from "@preact/signals";
import type { Todo } from "../list/model.ts";

export const held = signal<ReadonlyMap<string, Todo>>(new Map());

export function hold(todo: Todo): void {
    if (!held.value.has(todo.id)) held.value = new Map(held.value).set(todo.id, todo);
}

export function release(id: string): void {
    if (!held.value.has(id)) return;
    const rest = new Map(held.value);
    rest.delete(id);
    held.value = rest;
}

export function letGo(): void {
    held.value = new Map();
}

// The ids in their new order. A held todo that the new order lacks stays after the todo that it followed.
export function keepPlaces(
    before: readonly string[],
    now: readonly string[],
    isHeld: (id: string) => boolean,
): string[] {
    const result = [...now];
    before.forEach((id, index) => {
        if (!isHeld(id) || result.includes(id)) return;
        let previous = index - 1;
        while (previous >= 0 && !result.includes(before[previous] ?? "")) previous--;
        result.splice(previous < 0 ? 0 : result.indexOf(before[previous] ?? "") + 1, 0, id);
    });
    return result;
}
