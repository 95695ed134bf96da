// A todo that is open in its row.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Todo } from "../../list/model.ts";
import { full } from "../../list/store.ts";
import { say } from "../notice/said.tsx";
import { Missing } from "../parts/coming.tsx";
import { isPartMissing, part } from "../parts/parts.ts";

interface Props {
    todo: Todo;
    sortable: boolean;
}

// Long answers leave out some fields of a todo, so this component reads the whole todo.
export function OpenTodo({ todo, sortable }: Props) {
    const whole = useSignal<Todo | undefined>(undefined);
    useEffect(() => {
        if (todo.omitted) {
            full(todo.id).then(
                (loaded) => {
                    whole.value = loaded;
                },
                () => say("This todo needs a connection."),
            );
        }
    }, [todo]);
    const shown = todo.omitted ? whole.value : todo;
    const Editor = part("more")?.Editor;
    if (shown && Editor) {
        return <Editor todo={shown} sortable={sortable} />;
    }
    return (
        <div class="what">
            <p>{todo.title}</p>
            {isPartMissing.value && <Missing />}
        </div>
    );
}
