// The fields of an open todo, each as a button with its value. A click on the button opens the field for a change.
import { useSignal } from "@preact/signals";
import type { ComponentChildren, FunctionComponent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { isOverdue, showDue } from "../../list/dates.ts";
import type { Todo } from "../../list/model.ts";
import { capital, repeatWords } from "../../list/repeat.ts";
import { now } from "../../list/store.ts";
import { close } from "../address.ts";
import { erase, skip } from "../doing.ts";
import { keepInView } from "../focus.ts";
import { ChangesOf } from "../history/changes_of.tsx";
import { Menu, MenuItem } from "../lists/menu.tsx";
import { DueField } from "./due_field.tsx";
import { ListField } from "./list_field.tsx";
import { MoveField } from "./move_field.tsx";
import { PriorityField } from "./priority_field.tsx";
import { RepeatField } from "./repeat_field.tsx";
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
            word: priority === "normal" ? "Priority" : capital(priority),
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
        pills.push({ name: "Order", word: "Order", Field: MoveField });
    }
    return pills;
}

export function Pills({ todo, sortable }: { todo: Todo; sortable: boolean }) {
    const chosen = useSignal("");
    const pills = pillsOf(todo, sortable);
    const Field = chosen.value === "History" ? ChangesOf : pills.find(({ name }) => name === chosen.value)?.Field;
    const choose = (name: string) => {
        chosen.value = chosen.value === name ? "" : name;
    };
    const done = () => {
        const opener = chosen.value === "History" ? ".fields summary" : `.pill[data-name="${chosen.value}"]`;
        chosen.value = "";
        document.querySelector<HTMLElement>(opener)?.focus();
    };
    const press = (event: KeyboardEvent) => {
        if (event.key === "Escape" && Field) {
            event.stopPropagation();
            done();
        }
    };
    return (
        <fieldset class="fields" onKeyDown={press}>
            <legend class="hidden">Fields</legend>
            <div class="pills">
                {pills.map(({ name, word, kind }) => (
                    <button
                        key={name}
                        type="button"
                        class={`pill ${kind || "unset"}`}
                        data-name={name}
                        aria-expanded={chosen.value === name}
                        onClick={() => choose(name)}
                    >
                        {word !== name && (
                            <span class={name === "Date" || name === "List" ? "quiet" : "hidden"}>{`${name}: `}</span>
                        )}
                        <bdi>{word}</bdi>
                    </button>
                ))}
                <More todo={todo} showHistory={() => choose("History")} />
            </div>
            {Field && (
                <Panel>
                    <Field todo={todo} done={done} />
                </Panel>
            )}
        </fieldset>
    );
}

function More({ todo, showHistory }: { todo: Todo; showHistory: () => void }) {
    const eraseIt = () => {
        close();
        erase([todo]);
    };
    return (
        <Menu name="More">
            <MenuItem name="History" run={showHistory} />
            {todo.repeat && !todo.status && <MenuItem name="Skip this date" run={() => skip(todo)} />}
            <MenuItem name="Delete" kind="danger" run={eraseIt} />
        </Menu>
    );
}

function Panel({ children }: { children: ComponentChildren }) {
    const box = useRef<HTMLDivElement>(null);
    useLayoutEffect(() => keepInView(box.current), []);
    return (
        <div class="panel" ref={box}>
            {children}
        </div>
    );
}
