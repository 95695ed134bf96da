// The due date of a todo: the person chooses it, or types it in words.
import { useSignal } from "@preact/signals";
import { showDue } from "../../list/dates.ts";
import { readLikely } from "../../list/likely_words.ts";
import { capital } from "../../list/repeat.ts";
import { now, settings } from "../../list/store.ts";
import { change } from "../doing.ts";
import type { FieldProps } from "./pills.tsx";

const QUICK = ["today", "tomorrow", "monday", "in 1 week"];

export function DueField({ todo, done }: FieldProps) {
    const text = useSignal("");
    const { due } = todo;
    const read = (words: string) =>
        readLikely(words, { now: now.value, weekStart: settings.value.week_start, present: due });
    const found = text.value.trim() ? read(text.value) : undefined;
    const keep = (next: string) => {
        // `all day` removes the time of the todo too.
        const allDay = next.length === 10 && due?.includes("T") ? " all day" : "";
        change(todo, { due: next + allDay }, "Date changed");
    };
    const set = (next: string | undefined) => {
        if (next) {
            keep(next);
            done();
        }
    };
    const clear = () => {
        change(todo, { clear: todo.repeat ? ["due", "repeat"] : ["due"] }, "Date removed");
        done();
    };
    return (
        <>
            <div class="pills">
                {QUICK.map((words) => (
                    <button key={words} type="button" class="pill" onClick={() => set(read(words))}>
                        {capital(words)}
                    </button>
                ))}
                {due && (
                    <button type="button" class="pill" onClick={clear}>
                        No date
                    </button>
                )}
            </div>
            <Pickers due={due} set={keep} />
            <form
                class="pills"
                onSubmit={(event) => {
                    event.preventDefault();
                    set(found);
                }}
            >
                <input
                    class="field grow"
                    dir="auto"
                    aria-label="Date in words"
                    placeholder="Or write: friday at 5"
                    enterkeyhint="done"
                    ref={focusFirst}
                    onInput={(event) => {
                        text.value = event.currentTarget.value;
                    }}
                />
                <p class={found ? "" : "problem"} role="status">
                    {found ? (
                        <button type="submit" class="pill set">
                            {showDue(found, now.value)}
                        </button>
                    ) : (
                        text.value.trim() && "This is no date yet."
                    )}
                </p>
            </form>
        </>
    );
}

// The fields for day and time. They stay open after a change, because with a keyboard, a person changes day, month and
// year one after another.
function Pickers({ due, set }: { due: string | undefined; set: (due: string) => void }) {
    const setDay = (day: string) => {
        // While the person types a year, it begins with zeros, such as 0002.
        if (day > "1970") {
            set(day + (due?.slice(10) ?? ""));
        }
    };
    const setTime = (time: string) => {
        const day = due?.slice(0, 10) ?? now.value.date;
        set(time ? `${day}T${time}` : day);
    };
    return (
        <div class="pills">
            <input
                class="field"
                type="date"
                aria-label="Date"
                value={due?.slice(0, 10)}
                onChange={(event) => setDay(event.currentTarget.value)}
            />
            <input
                class="field"
                type="time"
                aria-label="Time"
                value={due?.slice(11)}
                onChange={(event) => setTime(event.currentTarget.value)}
            />
        </div>
    );
}

// Does nothing on a touch screen, because the keyboard on the screen would cover the other choices.
export function focusFirst(field: HTMLElement | null): void {
    if (!matchMedia("(hover: none)").matches) {
        field?.focus({ preventScroll: true });
    }
}
