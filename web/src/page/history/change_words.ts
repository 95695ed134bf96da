// A change in words: "completed Order cement", "moved 9 todos".
import type { Change, ChangeSummary } from "../../list/model.ts";
import { count } from "../words.ts";

type Either = Change | ChangeSummary;

const VERBS: Record<string, string> = {
    addTodos: "added",
    deleteTodos: "deleted",
    deleteTodo: "deleted",
    updateSettings: "changed the settings",
};

// What all shown todos of a change have in common says more than "changed".
const COMMON: [line: RegExp, verb: string][] = [
    [/^status: .* → completed$/, "completed"],
    [/^status: .* → deleted$/, "deleted"],
    [/^status: deleted → open$/, "restored"],
    [/^status: completed → open$/, "reopened"],
    [/^due: /, "changed the date of"],
    [/^list: /, "moved"],
];

function common(change: Either): string | undefined {
    const todos = touched(change);
    const fits = (line: RegExp) => todos.every(({ changed }) => changed?.some((text) => line.test(text)));
    return todos.length ? COMMON.find(([line]) => fits(line))?.[1] : undefined;
}

// Whether the sentence says what became of the todos.
export function saysStatus(change: Change): boolean {
    return !change.undoes?.length && /^(completed|deleted|restored|reopened)$/.test(common(change) ?? "");
}

// The todos of the change that the page knows. Who completes a todo that repeats did not add the next one.
export function touched(change: Either) {
    const todos = typeof change.todos === "number" ? [] : (change.todos ?? []);
    const old = todos.filter(({ added }) => !added);
    return old.length ? old : todos;
}

// The title of the todo, if it is only one.
export function onlyTitle(change: Either): string | undefined {
    const titles = "titles" in change ? change.titles : undefined;
    return total(change) === 1 && !change.lists?.length ? (titles?.[0] ?? touched(change)[0]?.title) : undefined;
}

function total(change: Either): number {
    const more = "more_todos" in change ? (change.more_todos ?? 0) : 0;
    return typeof change.todos === "number" ? change.todos : touched(change).length + more;
}

// "list: Work → Office" as a sentence.
function listWords(line: string): string {
    const [, old, next = ""] = /^list: (.*) → (.*)$/.exec(line) ?? [];
    if (!old) return "changed the order of the lists";
    if (next === "deleted") return `deleted the list ${old}`;
    if (next.startsWith("merged ")) return `moved the list ${old} ${next.slice(7)}`;
    return old === "deleted" ? `restored the list ${next}` : `renamed the list ${old} to ${next}`;
}

function sentence(change: Either, title: string | undefined): string {
    const { lists = [], operation = "" } = change;
    const number = total(change);
    const what = title ?? (number ? count(number, "todo") : "");
    if ("undoes" in change && change.undoes?.length) {
        return `undid a change of ${what || (lists.length ? "the lists" : (title ?? "the settings"))}`;
    }
    if (lists.length) return lists.map(listWords).join(", ") + (what && ` with ${what}`);
    const isNew = touched(change).some(({ added }) => added);
    return `${common(change) ?? VERBS[operation] ?? (isNew ? "added" : "changed")} ${what}`.trim();
}

// What was done, to how many. Without a name before it, the sentence begins with it.
export function changeWords(change: Either, title = onlyTitle(change)): string {
    const words = sentence(change, title);
    return change.by ? words : words.charAt(0).toUpperCase() + words.slice(1);
}
