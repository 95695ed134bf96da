// The history of one todo.
import type { Change } from "../../list/model.ts";
import { changes, history } from "../../list/store.ts";
import type { FieldProps } from "../todo/pills.tsx";
import { OneChange } from "./one_change.tsx";
import { usePages } from "./pages.ts";

export function ChangesOf({ todo }: FieldProps) {
    const { items, failed, more, again } = usePages(todo.id, async (cursor) => {
        const { changes, next_cursor } = await history({ todo_id: todo.id }, cursor);
        return { items: changes, next: next_cursor };
    });
    return (
        <>
            {failed.value && <p>The history needs a connection.</p>}
            {items.value?.length === 0 && <p class="quiet">Nothing has changed in the last 30 days.</p>}
            <ul class="changes">
                {items.value?.map((change) => (
                    <OneChange key={change.id} change={withOthers(change)} after={again} of={todo.id} />
                ))}
            </ul>
            {more && (
                <button type="button" class="link" onClick={more}>
                    Older changes
                </button>
            )}
        </>
    );
}

// In the history of one todo, the service leaves out the other todos of a change. This function adds those that the
// page knows, which are those of new changes. The next todo of a completed todo does not count.
function withOthers(change: Change): Change {
    const { todos = [], more_todos = 0 } = change;
    const own = todos.map(({ id }) => id);
    const known = changes.value.find(({ id }) => id === change.id)?.todos ?? [];
    const others = known.filter(({ id }) => !own.includes(id));
    const hasNext = todos.some(({ changed = [] }) => /^repeat: .*^status: /ms.test(changed.join("\n")));
    const more = more_todos - others.length;
    return { ...change, todos: [...todos, ...others], more_todos: more && more - Number(hasNext) };
}
