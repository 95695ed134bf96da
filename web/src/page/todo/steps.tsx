import { useRef } from "preact/hooks";
import type { Step, Todo } from "../../list/model.ts";
import { change } from "../doing.ts";
import { Icon } from "../icons.tsx";
import "./steps.css";
import { TextField } from "./text_field.tsx";

export function Steps({ todo }: { todo: Todo }) {
    const steps = todo.steps ?? [];
    const field = useRef<HTMLInputElement>(null);
    const add = (event: Event) => {
        event.preventDefault();
        const title = field.current?.value.trim();
        if (title && field.current) {
            change(todo, { add_steps: [{ title }] }, "Step added");
            field.current.value = "";
        }
    };
    return (
        <>
            {steps.length > 0 && (
                <ul class="steps" aria-label="Steps">
                    {steps.map((step, i) => (
                        <OneStep key={`${i} ${step.title}`} todo={todo} step={step} position={String(i + 1)} />
                    ))}
                </ul>
            )}
            {!todo.status && (
                <form class="add-step" onSubmit={add}>
                    <Icon name="plus" />
                    <input
                        ref={field}
                        dir="auto"
                        aria-label="Add a step"
                        placeholder="Add a step"
                        enterkeyhint="done"
                    />
                </form>
            )}
        </>
    );
}

// Steps are named by their position: two may have the same title.
function OneStep({ todo, step, position }: { todo: Todo; step: Step; position: string }) {
    const { title, done } = step;
    const rename = (text: string) => {
        if (text) {
            change(todo, { rename_steps: [{ step: position, title: text }] }, "Step changed");
        } else {
            remove();
        }
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
            <TextField name={`Step ${position}`} value={title} save={rename} />
            <button type="button" class="plain-icon" aria-label={`Remove step: ${title}`} onClick={remove}>
                <Icon name="close" />
            </button>
        </li>
    );
}
