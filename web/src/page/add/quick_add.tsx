// One line to add a todo. While the person types, the line marks the words that it understands, and names their meaning
// below.
import { effect, signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { showDue } from "../../list/dates.ts";
import { DAY_LEFT } from "../../list/likely_words.ts";
import type { NewTodo } from "../../list/model.ts";
import { type QuickAdd as Read, readQuickAdd, saidWhen } from "../../list/quick_add.ts";
import { repeatWords } from "../../list/repeat.ts";
import { add, lists, now, settings } from "../../list/store.ts";
import { address } from "../address.ts";
import { sayAdded } from "../doing.ts";
import { dropDraft, keepDraft, keptDraft } from "../draft.ts";
import { Icon } from "../icons.tsx";
import { Marked } from "./marked.tsx";

// The typed text. It stays when the view changes.
const text = signal(keptDraft("add") ?? "");
// The words that the person does not mean as a date. "" stands for the day of the view. The page forgets these words
// together with the text.
const notWhen = signal<string[]>(JSON.parse(keptDraft("not when") ?? "[]"));
effect(() => {
    if (text.value) {
        keepDraft("add", text.value);
        keepDraft("not when", JSON.stringify(notWhen.value));
    } else {
        dropDraft("add");
        notWhen.value = [];
    }
});

export function QuickAdd({ isSheet }: { isSheet: boolean }) {
    const field = useRef<HTMLInputElement>(null);
    const back = useRef<HTMLDivElement>(null);
    const place = { now: now.value, weekStart: settings.value.week_start };
    const read = readQuickAdd(text.value, place, lists.value, notWhen.value);
    const noDate = () => {
        notWhen.value = [...notWhen.value, saidWhen(text.value, read.marks)];
        field.current?.focus();
    };
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
                {text.value ? <Understood read={read} noDate={noDate} /> : "For example: Call Anna tomorrow at 10"}
            </p>
        </form>
    );
}

// The todo to add. If the text names no date or list, those of the view count.
function toAdd(all: Read): NewTodo {
    const { marks: _, ...read } = all;
    const { view, list } = address.value;
    const isToday = view === "today" && !read.due && !notWhen.value.includes("") && !isDayLeft(all);
    const due = isToday ? now.value.date : read.due;
    return { ...read, ...(due ? { due } : {}), ...(view === "list" && !read.list ? { list } : {}) };
}

// Whether the title names a day that the page did not understand. If the person wrote `\` before it, the day is a name.
function isDayLeft({ title, marks }: Read): boolean {
    return DAY_LEFT.test(title) && !marks.some(({ kind }) => kind === "escape");
}

function Understood({ read, noDate }: { read: Read; noDate: () => void }) {
    const { due, list, priority, tags, repeat } = toAdd(read);
    const isUnread = !due && notWhen.value.length === 0 && isDayLeft(read);
    const hasSigns = read.marks.some(({ kind }) => kind !== "due");
    return (
        <>
            {due && (
                <button type="button" class="add-when" title="No date" onClick={noDate}>
                    {showDue(due, now.value)}
                    {repeat && `, ${repeatWords(repeat, now.value)}`}
                    <Icon name="close" />
                    <span class="hidden">: not meant as a date</span>
                </button>
            )}
            {isUnread && <span>No date yet: write for example “tomorrow 17:00”.</span>}
            <bdi>{list ?? settings.value.default_list}</bdi>
            {priority && <span>{`${priority} priority`}</span>}
            {tags?.map((tag) => (
                <bdi key={tag}>{`@${tag}`}</bdi>
            ))}
            {!isUnread && !hasSigns && <span>#list @tag !high</span>}
        </>
    );
}
