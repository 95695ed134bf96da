// A change in words: "completed Order cement", "moved 9 todos".
import type { Change, ChangeSummary } from "../../list/model.ts";
import { count } from "../words.ts";

const VERBS: Record<string, string> = {
    addTodos: "added",
    deleteTodos: "deleted",
    deleteTodo: "deleted",
    undoChange: "undid",
    updateLists: "changed lists",
    updateSettings: "changed the settings",
};

// What all shown todos of a change have in common says more than "changed".
function verb(change: Change | ChangeSummary): string {
    const lines = typeof change.todos === "number" ? [] : (change.todos ?? []).map(({ changed }) => changed ?? []);
    const all = (start: string) => lines.length > 0 && lines.every((of) => of.some((line) => line.startsWith(start)));
    if ("undoes" in change && change.undoes) {
        return "undid a change of";
    }
    if (all("status: open → completed")) {
        return "completed";
    }
    if (all("status: completed → open")) {
        return "reopened";
    }
    return VERBS[change.operation ?? ""] ?? "changed";
}

export function changeWords(change: Change | ChangeSummary): string {
    const titles =
        typeof change.todos === "number"
            ? (("titles" in change ? change.titles : undefined) ?? [])
            : (change.todos ?? []).map(({ title }) => title);
    const total = typeof change.todos === "number" ? change.todos : titles.length + moreOf(change);
    const what = total === 1 && titles[0] ? titles[0] : total ? count(total, "todo") : "";
    return [verb(change), what, change.lists?.join(", ")].filter(Boolean).join(" ");
}

function moreOf(change: Change | ChangeSummary): number {
    return "more_todos" in change ? (change.more_todos ?? 0) : 0;
}
