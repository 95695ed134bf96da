// Asks the service for todos and changes that the page does not keep, when somebody looks at them.
import { clean, hasLocalName } from "./apply.ts";
import type { ChangesPage, Todo, TodosPage } from "./model.ts";
import { type Api, Offline, withQuery } from "./request.ts";
import type { State } from "./state.ts";

export function createLooking(state: State, api: Api) {
    // The todos after the waiting actions, without the todos that these actions delete.
    function applied(todos: Todo[]): Todo[] {
        const after = state.applied(new Map(todos.map((todo) => [todo.id, todo])));
        return todos.flatMap(({ id }) => after.get(id) ?? []);
    }
    const idOf = (id: string) => state.names.value.get(id)?.to || id;
    return {
        find: async (query: Record<string, string>, cursor?: string): Promise<TodosPage> => {
            const page = (await api({ method: "GET", path: withQuery("/todos", { ...query, cursor }) }))
                .body as TodosPage;
            for (const todo of page.todos) {
                state.known.set(todo.id, clean(todo));
            }
            return { ...page, todos: applied(page.todos) };
        },
        history: async ({ todo_id, by }: { todo_id?: string; by?: string }, cursor?: string): Promise<ChangesPage> => {
            const path = withQuery("/changes", { todo_id: todo_id && idOf(todo_id), by, cursor });
            return (await api({ method: "GET", path })).body as ChangesPage;
        },
        // Returns the whole todo. Without a network, or if the service has not added the todo yet, returns the fields
        // that this browser knows.
        full: async (name: string): Promise<Todo> => {
            const id = idOf(name);
            const known = state.todos.value.get(id) ?? state.known.get(id);
            if (known && hasLocalName(id)) {
                return known;
            }
            try {
                const { todo } = (await api({ method: "GET", path: `/todos/${encodeURIComponent(id)}` })).body as {
                    todo: Todo;
                };
                state.known.set(id, clean(todo));
                return applied([todo])[0] ?? todo;
            } catch (error) {
                if (error instanceof Offline && known) {
                    return known;
                }
                throw error;
            }
        },
    };
}
