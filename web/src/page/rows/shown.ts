// The todos that the page shows now, in their order.
import type { Todo } from "../../list/model.ts";

let shown: ReadonlyMap<string, Todo> = new Map();

export function setShown(todos: readonly Todo[]): void {
    shown = new Map(todos.map((todo) => [todo.id, todo]));
}

export function shownTodo(id: string): Todo | undefined {
    return shown.get(id);
}

export function shownIds(): string[] {
    return [...shown.keys()];
}
