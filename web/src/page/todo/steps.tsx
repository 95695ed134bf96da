import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Step, Todo } from "../../list/model.ts";
import { keyOf } from "../../list/store.ts";
import { change } from "../doing.ts";
import { dropDraft, keepDraft, keptDraft } from "../draft.ts";
import { Icon } from "../icons.tsx";
import { TextField } from "./text_field.tsx";

export function Steps({ todo }: { todo: Todo }) {
    const steps = todo.steps ?? [];
    return (
        <>
            {steps.length > 0 && (
                <ul class="steps" aria-label="Steps">
                    {steps.map((step, i) => (
                        <OneStep key={`${i} ${step.title}`} todo={todo} step={step} position={String(i + 1)} />
                    ))}
                </ul>
            )}
            {!todo.status && <AddStep todo={todo} />}
        </>
    );
}

// A typed step is added when the person presses Enter or leaves the line, and when the todo is closed.
function AddStep({ todo }: { todo: Todo }) {
    const draft = `new step ${keyOf(todo.id)}`;
    const typed = useSignal(keptDraft(draft) ?? "");
    const type = (text: string) => {
        typed.value = text;
        if (text) keepDraft(draft, text);
        else dropDraft(draft);
    };
    const add = () => {
        const title = typed.value.trim();
        type("");
        if (title) change(todo, { add_steps: [{ title }] }, "Step added");
    };
    const latest = useRef(add);
    latest.current = add;
    useEffect(() => () => latest.current(), []);
    const submit = (event: Event) => {
        event.preventDefault();
        add();
    };
    return (
        <form class="add-step" onSubmit={submit}>
            <Icon name="plus" />
            <input
                dir="auto"
                value={typed.value}
                aria-label="Add a step"
                placeholder="Add a step"
                enterkeyhint="done"
                maxLength={200}
                onInput={(event) => type(event.currentTarget.value)}
                onBlur={add}
            />
        </form>
    );
}

// One step. Requests name a step by its position, because two steps may have the same title.
function OneStep({ todo, step, position }: { todo: Todo; step: Step; position: string }) {
    const { title, done } = step;
    const rename = (text: string) => {
        if (text) {
            change(todo, { rename_steps: [{ step: position, title: text }] }, "Step changed");
        } else {
            remove();
        }
        return true;
    };
    const remove = () => change(todo, { remove_steps: [position] }, "Step removed");
    const toggle = () =>
        done
            ? change(todo, { reopen_steps: [position] }, "Step reopened")
            : change(todo, { complete_steps: [position] }, "Step done");
    return (
        <li class={done ? "step done" : "step"}>
            <button
                type="button"
                class={done ? "tick done" : "tick"}
                aria-label={`${done ? "Reopen" : "Complete"} step: ${title}`}
                onClick={toggle}
            >
                <span>{done && <Icon name="done" />}</span>
            </button>
            <TextField
                name={`Step ${position}`}
                draft={`step ${position} ${keyOf(todo.id)}`}
                value={title}
                longest={200}
                save={rename}
            />
            <button type="button" class="plain-icon" aria-label={`Remove step: ${title}`} onClick={remove}>
                <Icon name="trash" />
            </button>
        </li>
    );
}
