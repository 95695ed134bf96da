// What can be done with all selected todos. Each of these is one change, and one undo takes it back.
import { useSignal } from "@preact/signals";
import { readDue } from "../../list/due_words.ts";
import { lists, now, settings } from "../../list/store.ts";
import { changeMany, erase, type Fields, isDone, PRIORITIES, those } from "../doing.ts";
import { Icon } from "../icons.tsx";
import { count } from "../words.ts";
import { pickNone, selected, selecting } from "./selection.ts";
import "./select_bar.css";

export function SelectBar() {
    if (!selecting.value) {
        return null;
    }
    const chosen = those(selected.value);
    const set = (fields: Fields, what: string) => {
        if (chosen.length) {
            changeMany(chosen, fields, what);
            pickNone();
        }
    };
    const eraseAll = () => {
        if (chosen.length) {
            erase(chosen);
            pickNone();
        }
    };
    const areDone = chosen.length > 0 && chosen.every(isDone);
    return (
        <section class="select-bar" aria-label="Selected todos">
            <div class="select-count">
                <button type="button" class="plain-icon" aria-label="Select nothing" onClick={pickNone}>
                    <Icon name="close" />
                </button>
                <p role="status">{`${count(chosen.length, "todo")} selected`}</p>
            </div>
            <button
                type="button"
                class="button"
                disabled={!chosen.length}
                onClick={() => set({ status: areDone ? "open" : "completed" }, areDone ? "Reopened" : "Completed")}
            >
                {areDone ? "Reopen" : "Complete"}
            </button>
            <Choice name="Move to" options={lists.value} choose={(list) => set({ list }, `Moved to ${list}`)} />
            <Words
                name="Date"
                example="friday"
                use={(text) => {
                    const due = readDue(text, { now: now.value, weekStart: settings.value.week_start });
                    if (due) {
                        set({ due }, "Date changed");
                    }
                    return Boolean(due);
                }}
            />
            <Words
                name="Tag"
                example="tag"
                use={(text) => {
                    set({ add_tags: [text.replace(/^[@#]/, "")] }, "Tagged");
                    return true;
                }}
            />
            <Choice
                name="Priority"
                options={PRIORITIES}
                choose={(name) => {
                    const priority = PRIORITIES.find((other) => other === name);
                    set({ priority }, `Priority ${name}`);
                }}
            />
            <button type="button" class="button plain" disabled={!chosen.length} onClick={eraseAll}>
                Delete
            </button>
        </section>
    );
}

interface ChoiceProps {
    name: string;
    options: readonly string[];
    choose: (option: string) => void;
}

function Choice({ name, options, choose }: ChoiceProps) {
    return (
        <select class="field" aria-label={name} value="" onChange={(event) => choose(event.currentTarget.value)}>
            <option value="" disabled>
                {`${name} …`}
            </option>
            {options.map((option) => (
                <option key={option} value={option}>
                    {option}
                </option>
            ))}
        </select>
    );
}

function Words({ name, example, use }: { name: string; example: string; use: (text: string) => boolean }) {
    const wrong = useSignal(false);
    const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
        event.preventDefault();
        const field = event.currentTarget.querySelector("input");
        wrong.value = Boolean(field?.value.trim()) && !use(field?.value.trim() ?? "");
    };
    return (
        <form onSubmit={submit}>
            <input
                class="field"
                dir="auto"
                aria-label={`${name} for all, then Enter`}
                aria-invalid={wrong.value}
                placeholder={`${name}: ${example}`}
                enterkeyhint="done"
            />
        </form>
    );
}
