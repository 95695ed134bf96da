import type { Todo } from "../../list/model.ts";
import { isDone, tick } from "../doing.ts";
import { Icon } from "../icons.tsx";

export function Tick({ todo }: { todo: Todo }) {
    const done = isDone(todo);
    const deleted = todo.status === "deleted";
    const name = deleted ? "Restore" : done ? "Reopen" : "Complete";
    return (
        <button
            type="button"
            class={`tick ${done ? "done" : (todo.priority ?? "")}`}
            aria-label={`${name}: ${todo.title}`}
            title={name}
            onClick={() => tick(todo)}
        >
            <span>{(done || deleted) && <Icon name={deleted ? "history" : "done"} />}</span>
        </button>
    );
}
