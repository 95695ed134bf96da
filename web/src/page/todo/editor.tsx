// The open todo, with all its fields.
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Todo } from "../../list/model.ts";
import { keyOf } from "../../list/store.ts";
import { close } from "../address.ts";
import { change } from "../doing.ts";
import { focusAgain } from "../focus.ts";
import { hold, release } from "../held.ts";
import { Icon } from "../icons.tsx";
import { say } from "../notice/said.tsx";
import { Notes } from "./notes.tsx";
import { Pills } from "./pills.tsx";
import { Steps } from "./steps.tsx";
import { TextField } from "./text_field.tsx";

interface Props {
    todo: Todo;
    sortable: boolean;
}

export function Editor({ todo, sortable }: Props) {
    const box = useRef<HTMLFieldSetElement>(null);
    const latest = useRef(todo);
    latest.current = todo;
    const touch = matchMedia("(hover: none)").matches;
    useLayoutEffect(() => {
        // On a touch screen, the focus does not go into a text field: the keyboard on the screen would cover the todo.
        if (touch) {
            box.current?.focus({ preventScroll: true });
        }
        box.current?.closest(".row")?.scrollIntoView({ block: "nearest" });
        // The open todo stays in its place, also when its date or list changes.
        hold(todo);
        return () => {
            if (!latest.current.status) {
                release(todo.id);
            }
        };
    }, []);
    const leave = () => {
        const key = keyOf(todo.id);
        close();
        focusAgain(() => titleOf(key));
    };
    const press = (event: KeyboardEvent) => {
        if (event.key === "Escape") {
            event.stopPropagation();
            leave();
        }
    };
    const rename = (title: string, before: string) => {
        if (!title) {
            say("A todo needs a title.");
            return false;
        }
        change(todo, { title }, "Renamed", { title: before });
        return true;
    };
    return (
        <fieldset class="what" tabIndex={-1} ref={box} onKeyDown={press}>
            <legend class="hidden">{`Edit: ${todo.title}`}</legend>
            <div class="open-head">
                <TextField
                    class="open-title"
                    name="Title"
                    draft={`title ${keyOf(todo.id)}`}
                    value={todo.title}
                    longest={500}
                    save={rename}
                    focus={!touch}
                />
                <button type="button" class={touch ? "link" : "plain-icon"} aria-label="Close" onClick={leave}>
                    {touch ? "Close" : <Icon name="close" />}
                </button>
            </div>
            <Notes todo={todo} />
            <Steps todo={todo} />
            {todo.status === "deleted" ? (
                <button type="button" class="pill" onClick={() => change(todo, { status: "open" }, "Restored")}>
                    Restore
                </button>
            ) : (
                <Pills todo={todo} sortable={sortable} />
            )}
        </fieldset>
    );
}

// The title of the row with this key. If the view has no such row any more, the name of the view.
function titleOf(key: string): HTMLElement | null {
    const rows = [...document.querySelectorAll<HTMLElement>("[data-todo]")];
    const row = rows.find(({ dataset }) => keyOf(dataset.todo ?? "") === key);
    return row?.querySelector<HTMLElement>(".title") ?? document.querySelector<HTMLElement>("h1");
}
