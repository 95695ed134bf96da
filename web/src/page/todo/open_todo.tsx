// A todo that is open in its place: everything that can be changed about it.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Todo } from "../../list/model.ts";
import { full, keyOf } from "../../list/store.ts";
import { close } from "../address.ts";
import { change } from "../doing.ts";
import { release } from "../held.ts";
import { Icon } from "../icons.tsx";
import { Notes } from "./notes.tsx";
import { Pills } from "./pills.tsx";
import { Steps } from "./steps.tsx";
import { TextField } from "./text_field.tsx";
import "./open_todo.css";

export function OpenTodo({ todo, sortable }: { todo: Todo; sortable: boolean }) {
    const box = useRef<HTMLFieldSetElement>(null);
    const isWhole = useSignal(!todo.omitted);
    const touch = matchMedia("(hover: none)").matches;
    useEffect(() => {
        // A keyboard on the screen would cover the todo that the person wants to read.
        if (touch) {
            box.current?.focus({ preventScroll: true });
        }
        box.current?.closest(".row")?.scrollIntoView({ block: "nearest" });
        if (todo.omitted) {
            full(todo.id).then(() => {
                isWhole.value = true;
            });
        }
        return () => {
            if (!todo.status) {
                release(todo.id);
            }
        };
    }, []);
    const leave = () => {
        const key = keyOf(todo.id);
        close();
        requestAnimationFrame(() => titleOf(key)?.focus({ preventScroll: true }));
    };
    const press = (event: KeyboardEvent) => {
        if (event.key === "Escape") {
            event.stopPropagation();
            leave();
        }
    };
    const rename = (title: string, before: string) => {
        if (title) {
            change(todo, { title }, "Renamed", { title: before });
        }
    };
    return (
        <fieldset class="what" tabIndex={-1} ref={box} onKeyDown={press}>
            <legend class="hidden">{`Edit: ${todo.title}`}</legend>
            <div class="open-head">
                <TextField class="open-title" name="Title" value={todo.title} save={rename} focus={!touch} />
                <button type="button" class="plain-icon" aria-label="Close" onClick={leave}>
                    <Icon name="close" />
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

function titleOf(key: string): HTMLElement | undefined {
    const rows = [...document.querySelectorAll<HTMLElement>("[data-todo]")];
    const row = rows.find(({ dataset }) => keyOf(dataset.todo ?? "") === key);
    return row?.querySelector<HTMLElement>(".title") ?? undefined;
}
