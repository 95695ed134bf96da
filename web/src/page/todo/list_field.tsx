// The list of a todo: the person chooses a list, or types the name of a new one.
import { useRef } from "preact/hooks";
import { lists } from "../../list/store.ts";
import { change } from "../doing.ts";
import type { FieldProps } from "./pills.tsx";

export function ListField({ todo, done }: FieldProps) {
    const field = useRef<HTMLInputElement>(null);
    const set = (list: string | undefined) => {
        if (list && list !== todo.list) {
            change(todo, { list }, `Moved to ${list}`);
        }
        done();
    };
    return (
        <>
            <div class="pills">
                {lists.value.map((list) => (
                    <button
                        key={list}
                        type="button"
                        class="pill"
                        aria-pressed={list === todo.list}
                        onClick={() => set(list)}
                    >
                        <bdi>{list}</bdi>
                    </button>
                ))}
            </div>
            <form
                class="pills"
                onSubmit={(event) => {
                    event.preventDefault();
                    set(field.current?.value.trim());
                }}
            >
                <input
                    ref={field}
                    class="field grow"
                    dir="auto"
                    aria-label="Name of a new list"
                    placeholder="New list"
                />
            </form>
        </>
    );
}
