// The fields of an open todo, each as a word. A click on it opens what changes it.
import { useSignal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { isOverdue, showDue } from "../../list/dates.ts";
import type { Todo } from "../../list/model.ts";
import { repeatWords } from "../../list/repeat.ts";
import { now } from "../../list/store.ts";
import { close } from "../address.ts";
import { erase, skip } from "../doing.ts";
import { ChangesOf } from "../history/changes_of.tsx";
import { DueField } from "./due_field.tsx";
import { ListField } from "./list_field.tsx";
import { MoveField } from "./move_field.tsx";
import { PriorityField } from "./priority_field.tsx";
import { RepeatField } from "./repeat_field.tsx";
import "./pills.css";
import { TagsField } from "./tags_field.tsx";

export interface FieldProps {
    todo: Todo;
    done: () => void;
}

interface Pill {
    name: string;
    word: string;
    kind?: string | false;
    Field: FunctionComponent<FieldProps>;
}

function pillsOf(todo: Todo, sortable: boolean): Pill[] {
    const { due, priority = "normal", list, tags, repeat } = todo;
    const late = due && !todo.status && isOverdue(due, now.value) ? "late" : "set";
    const pills: Pill[] = [
        { name: "Date", word: due ? showDue(due, now.value) : "Date", kind: due && late, Field: DueField },
        {
            name: "Repeat",
            word: repeat ? repeatWords(repeat, now.value) : "Repeat",
            kind: repeat && "set",
            Field: RepeatField,
        },
        {
            name: "Priority",
            word: priority === "normal" ? "Priority" : priority,
            kind: priority !== "normal" && priority,
            Field: PriorityField,
        },
        { name: "List", word: list ?? "List", kind: list ? "set" : false, Field: ListField },
        {
            name: "Tags",
            word: tags?.map((tag) => `@${tag}`).join(" ") ?? "Tags",
            kind: tags && "set",
            Field: TagsField,
        },
    ];
    if (sortable && !todo.status) {
        pills.push({ name: "Order", word: "Move", Field: MoveField });
    }
    return [...pills, { name: "History", word: "History", Field: ChangesOf }];
}

export function Pills({ todo, sortable }: { todo: Todo; sortable: boolean }) {
    const chosen = useSignal("");
    const pills = pillsOf(todo, sortable);
    const field = pills.find(({ name }) => name === chosen.value);
    const done = () => {
        const name = chosen.value;
        chosen.value = "";
        document.querySelector<HTMLElement>(`.pill[data-name="${name}"]`)?.focus();
    };
    const press = (event: KeyboardEvent) => {
        if (event.key === "Escape" && field) {
            event.stopPropagation();
            done();
        }
    };
    const eraseIt = () => {
        close();
        erase([todo]);
    };
    return (
        <fieldset class="fields" onKeyDown={press}>
            <legend class="hidden">Fields</legend>
            <div class="pills">
                {pills.map(({ name, word, kind }) => (
                    <button
                        key={name}
                        type="button"
                        class={`pill ${kind || ""}`}
                        data-name={name}
                        aria-expanded={chosen.value === name}
                        onClick={() => {
                            chosen.value = chosen.value === name ? "" : name;
                        }}
                    >
                        {word !== name && <span class="hidden">{`${name}: `}</span>}
                        <bdi>{word}</bdi>
                    </button>
                ))}
                {todo.repeat && !todo.status && (
                    <button type="button" class="pill" onClick={() => skip(todo)}>
                        Skip this date
                    </button>
                )}
                <button type="button" class="pill delete" onClick={eraseIt}>
                    Delete
                </button>
            </div>
            {field && (
                <div class="panel">
                    <field.Field todo={todo} done={done} />
                </div>
            )}
        </fieldset>
    );
}
