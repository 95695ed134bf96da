// A change in words: "completed Order cement", "moved 9 todos to Work".
import type { Change, ChangeSummary } from "../../list/model.ts";
import { count } from "../words.ts";

const VERBS: Record<string, string> = {
    addTodos: "added",
    deleteTodos: "deleted",
    deleteTodo: "deleted",
    undoChange: "undid a change of",
    updateLists: "changed lists:",
    updateSettings: "changed the settings",
};

// What all shown todos of a change have in common says more than "changed".
const STARTS: [start: string, verb: string][] = [
    ["status: open → completed", "completed"],
    ["status: completed → open", "reopened"],
    ["status: deleted → open", "restored"],
    ["due: ", "changed the date of"],
    ["list: ", "moved"],
];

function verb(change: Change | ChangeSummary): string {
    if ("undoes" in change && change.undoes) {
        return "undid a change of";
    }
    const todos = typeof change.todos === "number" ? [] : (change.todos ?? []);
    const common = STARTS.find(
        ([start]) => todos.length > 0 && todos.every(({ changed }) => changed?.some((line) => line.startsWith(start))),
    );
    return common?.[1] ?? VERBS[change.operation ?? ""] ?? "changed";
}

// The title of the todo, if it is only one.
export function onlyTitle(change: Change | ChangeSummary): string | undefined {
    const titles = "titles" in change ? change.titles : undefined;
    return total(change) === 1
        ? typeof change.todos === "number"
            ? titles?.[0]
            : change.todos?.[0]?.title
        : undefined;
}

function total(change: Change | ChangeSummary): number {
    const more = "more_todos" in change ? (change.more_todos ?? 0) : 0;
    return typeof change.todos === "number" ? change.todos : (change.todos?.length ?? 0) + more;
}

// What was done, to how many. Without a name before it, the sentence begins with it.
export function changeWords(change: Change | ChangeSummary, title = onlyTitle(change)): string {
    const number = total(change);
    const what = title ?? (number > 0 ? count(number, "todo") : undefined);
    const words = [
        verb(change),
        what,
        change.lists?.map((line) => line.replace(/^list: /, "").replace(/^order: .*/s, "their order")).join(", "),
    ]
        .filter(Boolean)
        .join(" ");
    return change.by ? words : words.charAt(0).toUpperCase() + words.slice(1);
}
