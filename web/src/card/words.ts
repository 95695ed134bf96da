// What the card says: its title, and dates in the language of the person.
import type { Now, Todo } from "../list/model.ts";

const DAY = 86_400_000;

const midnight = (day: string) => Date.parse(`${day.slice(0, 10)}T00:00Z`);

// The title for the filters of a call. Each filter is as the model wrote it.
export function title(asked: Record<string, unknown>): string {
    const said = (name: string, before = "", after = "") => {
        const text = asked[name];
        return typeof text === "string" && text.trim() ? before + text.trim() + after : "";
    };
    const parts = [
        said("list"),
        said("due") === "none" ? "no date" : said("due").replaceAll("_", " "),
        said("due_from", "from "),
        said("due_to", "until "),
        said("tag", "#").replace("##", "#"),
        said("priority", "", " priority"),
        said("q", "“", "”"),
        said("status") === "any"
            ? ""
            : said("status") || (said("completed_from") + said("completed_to") && "completed"),
    ];
    const whole = parts.filter(Boolean).join(" · ") || "todos";
    return whole.charAt(0).toUpperCase() + whole.slice(1, 120);
}

// Makes a formatter for the language of the person, or for the language of the browser if the host names none that
// exists.
function formatter(locale: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    try {
        return new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" });
    } catch {
        return formatter(undefined, options);
    }
}

export const longDay = (now: Now, locale?: string) =>
    formatter(locale, { weekday: "long", day: "numeric", month: "long" }).format(midnight(now.date));

// A due date as a person says it: a time, "tomorrow", a weekday of this week, or a day of a month.
export function dueWords(due: string, now: Now, locale?: string): string {
    const days = Math.round((midnight(due) - midnight(now.date)) / DAY);
    const time = due[10] === "T" ? formatter(locale, { timeStyle: "short" }).format(Date.parse(`${due}Z`)) : "";
    const options: Intl.DateTimeFormatOptions =
        Math.abs(days) < 7
            ? { weekday: "short" }
            : { day: "numeric", month: "short", ...(due.slice(0, 4) !== now.date.slice(0, 4) && { year: "numeric" }) };
    const near = days === 0 ? "Today" : days === 1 ? "Tomorrow" : days === -1 ? "Yesterday" : "";
    const day = near || formatter(locale, options).format(midnight(due));
    return days === 0 && time ? time : `${day} ${time}`.trim();
}

export function isLate({ due, status }: Todo, now: Now): boolean {
    if (!due || status === "completed" || status === "deleted") return false;
    return due.length > 10 ? due < `${now.date}T${now.time}` : due < now.date;
}

// What stands behind a title: when it is due, whether it repeats, and how many steps are done.
export function details(todo: Todo, now: Now, locale?: string): string {
    const due = (todo.due ? dueWords(todo.due, now, locale) : "") + (todo.repeat ? " ↻" : "");
    const done = todo.steps?.filter((step) => step.done).length;
    return [due.trim(), todo.steps?.length ? `${done} of ${todo.steps.length}` : ""].filter(Boolean).join(" · ");
}
