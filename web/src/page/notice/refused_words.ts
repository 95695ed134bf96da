// The words about a refused action.
import { hasLocalName } from "../../list/apply.ts";
import type { Action, NewTodo, Problem, Refused, TodoEdit } from "../../list/model.ts";
import { todos } from "../../list/store.ts";
import { count } from "../words.ts";

// Whether the service may accept the same action later. An error in the request itself stays an error. But after an
// error of the service, or if a missing todo has been added since then, another attempt may succeed.
export function mayBeAccepted({ waiting, problem }: Refused): boolean {
    const { status, code } = problem;
    return status >= 500 || (code === "not_added" && !hasLocalName(JSON.stringify(waiting.action)));
}

// Such as "Title must be at most 500 characters, but has 599".
function fault({ path, message }: { path: string; message: string }): string {
    const field = path.split(/[.[\]]+/).findLast((part) => /^[a-z_]+$/.test(part)) ?? "";
    const name = field.replaceAll("_", " ");
    return `${name.charAt(0).toUpperCase()}${name.slice(1)} ${message}`;
}

export function problemWords({ title, errors = [] }: Problem): string {
    return [title, ...errors.map(fault)].join(". ");
}

export function actionWords(action: Action): string {
    const titles = (ids: string[]) =>
        ids.length === 1 ? (todos.value.get(ids[0] ?? "")?.title ?? "a todo") : count(ids.length, "todo");
    switch (action.kind) {
        case "add":
            return `add ${action.todos.length === 1 ? "a todo" : count(action.todos.length, "todo")}`;
        case "edit":
            return `change ${titles(action.edits.map(({ id }) => id))}`;
        case "delete":
            return `delete ${titles(action.ids)}`;
        case "undo":
            return "undo a change";
        case "lists":
            return `change the list ${action.update.list ?? ""}`;
        case "settings":
            return "change the settings";
    }
}

// The texts that the person typed, each on its own line.
export function typedText(action: Action): string {
    switch (action.kind) {
        case "add":
            return action.todos.flatMap(textsOf).join("\n");
        case "edit":
            return action.edits.flatMap(textsOf).join("\n");
        case "lists":
            return action.update.rename_to ?? "";
        default:
            return "";
    }
}

function textsOf({ title, notes, ...rest }: NewTodo | TodoEdit): string[] {
    const { steps = [], add_steps = [], rename_steps = [] }: Omit<TodoEdit, "id"> = rest;
    return [title, notes, ...[...steps, ...add_steps, ...rename_steps].map((step) => step.title)].filter(
        (text) => text !== undefined,
    );
}
