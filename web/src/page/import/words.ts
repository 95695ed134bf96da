// The words about an import.
import { ApiProblem } from "../../list/request.ts";
import { count, figure } from "../words.ts";
import type { ListPreview, Preview, Progress } from "./api.ts";

const FORMATS: Record<string, string> = {
    json: "A copy of this service",
    csv: "A table of this service",
    todoist: "Todoist",
    ticktick: "TickTick",
    google_tasks: "Google Tasks",
    microsoft_to_do: "Microsoft To Do",
    icalendar: "iCalendar",
    markdown: "Markdown",
    todo_txt: "todo.txt",
};

// Whether the service may accept the same file if the person sends it again.
export function mayPass(error: unknown): boolean {
    return !(error instanceof ApiProblem) || error.problem.status >= 500;
}

export const OFFLINE = "This needs a connection.";

export function problemWords(error: unknown): string {
    if (!(error instanceof ApiProblem)) return OFFLINE;
    const { title, detail, errors } = error.problem;
    // The errors of a file are whole sentences.
    const sentences = errors?.map(({ message }) => message).join(" ");
    return sentences || [title, detail].filter(Boolean).join(". ") || "That did not work. Try it again.";
}

// "Todoist: 120 todos, 118 of them new."
export function whatComes({ formats, todos, new: fresh, restored }: Preview): string {
    const names = formats.map((format) => FORMATS[format] ?? format).join(", ");
    const back = restored
        ? ` ${count(restored, "todo was deleted here and comes", "todos were deleted here and come")} back.`
        : "";
    const known = fresh + restored < todos ? `, ${fresh ? figure(fresh) : "none"} of them new` : "";
    return `${names}: ${count(todos, "todo")}${known}.${back}`;
}

export function listWords({ todos, completed, new: fresh }: ListPreview): string {
    const parts = [count(todos, "todo")];
    if (fresh < todos) parts.push(`${figure(fresh)} new`);
    if (completed) parts.push(`${figure(completed)} completed`);
    return parts.join(", ");
}

export function isUndo({ state }: Progress): boolean {
    return state === "undoing" || state === "undone";
}

// The number of processed todos, and of all. For an undo, these are the todos that the import has changed.
export function reached(progress: Progress): [done: number, all: number] {
    const { done = 0, todos = 0, added = 0, updated = 0, undone = 0, kept = 0 } = progress;
    return isUndo(progress) ? [undone + kept, added + updated] : [done, todos];
}

// "500 of 5,000 todos".
export function reachedWords(progress: Progress): string {
    const [done, all] = reached(progress);
    return `${figure(done)} of ${count(all, "todo")}`;
}

export function resultWords(progress: Progress): string {
    const { added = 0, updated = 0, left = 0, undone = 0, kept = 0 } = progress;
    if (isUndo(progress)) {
        const stay = kept
            ? ` ${count(kept, "todo stays, because it was", "todos stay, because they were")} changed since.`
            : "";
        return `Undone: ${count(undone, "todo")}.${stay}`;
    }
    const parts = [
        `Added ${count(added, "todo")}`,
        ...(updated ? [`updated ${figure(updated)}`] : []),
        ...(left ? [`left ${figure(left)} as they were`] : []),
    ];
    return `${parts.join(", ")}.`;
}
