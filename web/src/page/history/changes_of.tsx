// The history of one todo.
import { history } from "../../list/store.ts";
import type { FieldProps } from "../todo/pills.tsx";
import { OneChange } from "./one_change.tsx";
import { usePages } from "./pages.ts";

export function ChangesOf({ todo }: FieldProps) {
    const { items, failed, more, again } = usePages(todo.id, async (cursor) => {
        const { changes, next_cursor } = await history({ todo_id: todo.id }, cursor);
        return { items: changes, next: next_cursor };
    });
    const only = items.value?.map((change) => ({ ...change, todos: change.todos?.filter(({ id }) => id === todo.id) }));
    return (
        <>
            {failed.value && <p>The history needs a connection.</p>}
            {only?.length === 0 && <p class="quiet">Nothing has changed in the last 30 days.</p>}
            <ul class="changes">
                {only?.map((change) => (
                    <OneChange key={change.id} change={change} after={again} plain />
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
