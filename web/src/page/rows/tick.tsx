import type { Todo } from "../../list/model.ts";
import { isDone, tick } from "../doing.ts";
import { Icon } from "../icons.tsx";

export function Tick({ todo }: { todo: Todo }) {
    const done = isDone(todo);
    const name = done ? "Reopen" : "Complete";
    return (
        <button
            type="button"
            class={`tick ${done ? "done" : (todo.priority ?? "")}`}
            aria-label={`${name}: ${todo.title}`}
            title={name}
            onClick={() => tick(todo)}
        >
            <span>{done && <Icon name="done" />}</span>
        </button>
    );
}
