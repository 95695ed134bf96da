// The words of the card: its title, and dates in the language of the person.
import { showDue } from "../list/dates.ts";
import type { Now, Todo } from "../list/model.ts";

// The title of the card for the filters of a call. The title contains each filter as the model wrote it.
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

// A due date without a time is overdue when the day is over, and one with a time as soon as the time has passed. Unlike
// the page, the card does not handle the hour that occurs twice when the clocks go back, so that the card stays small.
export function isLate({ due = "9", status }: Todo, now: Now): boolean {
    return due < `${now.date}T${now.time}`.slice(0, due.length) && status !== "completed" && status !== "deleted";
}

// The text after a title: when the todo is due, whether it repeats, and how many steps are done.
export function details({ due, repeat, steps }: Todo, now: Now, locale?: string): string {
    const when = (due ? showDue(due, now, locale) : "") + (repeat ? " ↻" : "");
    const done = steps?.length ? `${steps.filter((step) => step.done).length}\u00a0of\u00a0${steps.length}` : "";
    return [when.trim(), done].filter(Boolean).join(" · ");
}
