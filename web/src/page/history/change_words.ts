// A change in words: "completed Order cement", "moved 9 todos".
import type { Change } from "../../list/model.ts";
import { count } from "../words.ts";

const VERBS: Record<string, string> = {
    addTodos: "added",
    deleteTodos: "deleted",
    deleteTodo: "deleted",
    importTodos: "imported",
    updateSettings: "changed the settings",
};

const FIELDS: Record<string, string> = { due: "date", repeat: "repetition" };

// The new status of the todos, such as "completed", if all shown todos of the change have the same. This says more than
// "changed".
function status(change: Change): string | undefined {
    const verbs = new Set(touched(change).map(({ changed = [] }) => became(changed)));
    return verbs.size === 1 ? [...verbs][0] : undefined;
}

function became(lines: readonly string[]): string | undefined {
    const [, old, next] = lines.flatMap((line) => /^status: (\w+) → (\w+)$/.exec(line) ?? []);
    return next === "open" ? (old === "deleted" ? "restored" : "reopened") : next;
}

const and = new Intl.ListFormat("en-GB");

// "moved", or "changed the date and tags of".
function fields(change: Change): string | undefined {
    const all = touched(change).flatMap(({ changed = [], fields = [] }) => [...changed, ...fields]);
    const names = [...new Set(all.map((line) => line.replace(/:.*/s, "")))];
    if (!names.length || names.includes("status")) return undefined;
    const isMove = names.every((name) => name === "list" || name === "position");
    return isMove ? "moved" : `changed the ${and.format(names.map((name) => FIELDS[name] ?? name))} of`;
}

// Whether the sentence about the change contains the new status of the todos.
export function saysStatus(change: Change): boolean {
    return !change.undoes?.length && status(change) !== undefined;
}

// The todos of the change that the page knows. If a completed todo repeats, the service has added the next todo, which
// does not count.
export function touched({ todos = [] }: Change) {
    const old = todos.filter(({ added }) => !added);
    return old.length ? old : todos;
}

// The title of the todo, if the change has only one.
export function onlyTitle(change: Change): string | undefined {
    return total(change) === 1 && !change.lists?.length ? touched(change)[0]?.title : undefined;
}

export function total(change: Change): number {
    return touched(change).length + (change.more_todos ?? 0);
}

// "list: Work → Office" as a sentence.
function listWords(line: string): string {
    const [, old, next = ""] = /^list: (.*) → (.*)$/.exec(line) ?? [];
    if (!old) return "changed the order of the lists";
    if (next === "deleted") return `deleted the list ${old}`;
    if (next.startsWith("merged ")) return `moved the list ${old} ${next.slice(7)}`;
    return old === "deleted" ? `restored the list ${next}` : `renamed the list ${old} to ${next}`;
}

function verb(change: Change): string {
    const isNew = touched(change).some(({ added }) => added);
    return status(change) ?? VERBS[change.operation ?? ""] ?? fields(change) ?? (isNew ? "added" : "changed");
}

function sentence(change: Change, title = onlyTitle(change)): string {
    const { lists = [], undoes = [] } = change;
    const number = total(change);
    const what = title ?? (number ? count(number, "todo") : "");
    if (undoes.length) {
        return `undid a change of ${what || (lists.length ? "the lists" : (title ?? "the settings"))}`;
    }
    if (lists.length) return lists.map(listWords).join(", ") + (what && ` with ${what}`);
    return `${verb(change)} ${what}`.trim();
}

// The sentence about a change: the action, and the title or the number of the todos. It begins with a capital letter if
// no name of a program stands before it.
export function changeWords(change: Change, title?: string): string {
    const words = sentence(change, title);
    return change.by ? words : words.charAt(0).toUpperCase() + words.slice(1);
}

const AFTER: Record<string, string> = { completed: "open again", deleted: "back", added: "removed" };

// The state of the todos after an undo: "undone: deleted" would not say whether the todo exists.
export function undoneWords(change: Change): string {
    if (change.undoes?.length) return "Done again.";
    const after = change.lists ? undefined : AFTER[verb(change)];
    const number = total(change);
    const what = onlyTitle(change) ?? count(number, "todo");
    return after ? `${what} ${number === 1 ? "is" : "are"} ${after}.` : `Undone: ${sentence(change)}`;
}
