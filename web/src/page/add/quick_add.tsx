// One line to add a todo. What it understands is marked while the person types, and said below.
import { effect, signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { showDue } from "../../list/dates.ts";
import type { NewTodo } from "../../list/model.ts";
import { type QuickAdd as Read, readQuickAdd } from "../../list/quick_add.ts";
import { repeatWords } from "../../list/repeat.ts";
import { add, lists, now, settings } from "../../list/store.ts";
import { address } from "../address.ts";
import { sayAdded } from "../doing.ts";
import { dropDraft, keepDraft, keptDraft } from "../draft.ts";
import { Icon } from "../icons.tsx";
import { Marked } from "./marked.tsx";
import "./quick_add.css";

// Outlives the view.
const text = signal(keptDraft("add") ?? "");
effect(() => (text.value ? keepDraft("add", text.value) : dropDraft("add")));

export function QuickAdd({ isSheet }: { isSheet: boolean }) {
    const field = useRef<HTMLInputElement>(null);
    const back = useRef<HTMLDivElement>(null);
    const read = readQuickAdd(text.value, { now: now.value, weekStart: settings.value.week_start }, lists.value);
    const submit = (event: Event) => {
        event.preventDefault();
        if (read.title && field.current) {
            const todo = toAdd(read);
            void add([todo]);
            sayAdded(todo, todo.list ?? settings.value.default_list);
            text.value = "";
        }
    };
    const press = (event: KeyboardEvent) => {
        if (event.key === "Escape") {
            event.stopPropagation();
            field.current?.blur();
        }
    };
    return (
        <form class={`add ${text.value ? "full" : ""} ${isSheet ? "sheet" : ""}`} onSubmit={submit}>
            <Icon name="plus" />
            <div class="add-line">
                <div class="add-marks" dir="auto" ref={back} aria-hidden="true">
                    <Marked text={text.value} marks={read.marks} />
                </div>
                <input
                    ref={field}
                    id="add"
                    value={text.value}
                    dir="auto"
                    aria-label="Add a todo"
                    aria-describedby="add-read"
                    placeholder="Add a todo"
                    autocomplete="off"
                    enterkeyhint="done"
                    maxLength={500}
                    onInput={(event) => {
                        text.value = event.currentTarget.value;
                    }}
                    onScroll={() => back.current?.scrollTo(field.current?.scrollLeft ?? 0, 0)}
                    onKeyDown={press}
                />
            </div>
            <button type="submit" class="add-button">
                Add
            </button>
            <p id="add-read" class="add-read">
                {text.value ? <Understood read={read} /> : <Example />}
            </p>
        </form>
    );
}

// The view gives what the text does not say.
function toAdd({ marks: _, ...read }: Read): NewTodo {
    const { view, list } = address.value;
    const due = view === "today" && !read.due && !read.repeat ? now.value.date : read.due;
    return { ...read, ...(due ? { due } : {}), ...(view === "list" && !read.list ? { list } : {}) };
}

function Understood({ read }: { read: Read }) {
    const { due, list, priority, tags, repeat } = toAdd(read);
    return (
        <>
            {due && <span>{showDue(due, now.value)}</span>}
            {repeat && <span>{repeatWords(repeat, now.value)}</span>}
            <bdi>{list ?? settings.value.default_list}</bdi>
            {priority && <span>{`${priority} priority`}</span>}
            {tags?.map((tag) => (
                <bdi key={tag}>{`@${tag}`}</bdi>
            ))}
        </>
    );
}

function Example() {
    return <span>Such as: Call the plumber tomorrow 9:00 #Renovation @phone !high</span>;
}
