import { useRef } from "preact/hooks";
import { tags } from "../../list/store.ts";
import { change } from "../doing.ts";
import { focusFirst } from "./due_field.tsx";
import type { FieldProps } from "./pills.tsx";

export function TagsField({ todo }: FieldProps) {
    const field = useRef<HTMLInputElement>(null);
    const own = todo.tags ?? [];
    const others = tags.value.filter((tag) => !own.includes(tag)).slice(0, 20);
    const add = (event: Event) => {
        event.preventDefault();
        const tag = field.current?.value.trim().replace(/^[@#]/, "");
        if (tag && field.current) {
            change(todo, { add_tags: [tag] }, "Tagged");
            field.current.value = "";
        }
    };
    return (
        <>
            <form class="pills" onSubmit={add}>
                <input
                    ref={(input) => {
                        field.current = input;
                        if (input && !input.value) {
                            focusFirst(input);
                        }
                    }}
                    class="field grow"
                    dir="auto"
                    aria-label="Add a tag"
                    placeholder="Add a tag"
                    enterkeyhint="done"
                />
            </form>
            <div class="pills">
                {own.map((tag) => (
                    <button
                        key={tag}
                        type="button"
                        class="pill"
                        aria-pressed="true"
                        onClick={() => change(todo, { remove_tags: [tag] }, "Tag removed")}
                    >
                        <bdi>{tag}</bdi>
                    </button>
                ))}
                {others.map((tag) => (
                    <button
                        key={tag}
                        type="button"
                        class="pill"
                        aria-pressed="false"
                        onClick={() => change(todo, { add_tags: [tag] }, "Tagged")}
                    >
                        <bdi>{tag}</bdi>
                    </button>
                ))}
            </div>
        </>
    );
}
