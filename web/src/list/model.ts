// The types of the API, and the actions of the page. The types of the API come from openapi.json (`npm run types`), so
// that the page and the API always agree.
import type { components } from "./api.d.ts";

type Schemas = components["schemas"];
export type Todo = Schemas["Todo"];
export type NewTodo = Schemas["NewTodo"];
export type TodoEdit = Schemas["TodoEdit"];
export type Step = Schemas["Step"];
export type Repeat = Schemas["Repeat"];
export type Settings = Schemas["Settings"];
export type Now = Schemas["Now"];
// `import` is the id of the import to which the change belongs. The document of the API leaves this field out, because
// only the page uses it.
export type Change = Schemas["Change"] & { import?: string };
export type ChangeSummary = Schemas["ChangeSummary"];
export type Overview = Schemas["Overview"];
export type TodosPage = Schemas["TodosPage"];
export type TodosWritten = Schemas["TodosWritten"];
export type ListsWritten = Schemas["ListsWritten"];
export type SettingsWritten = Schemas["SettingsWritten"];
export type ChangesPage = Omit<Schemas["ChangesPage"], "changes"> & { changes: Change[] };
export type UpdateLists = Schemas["UpdateLists"];
export type UpdateSettings = Schemas["UpdateSettings"];
export type Problem = Schemas["Problem"];
export type Priority = NonNullable<NewTodo["priority"]>;
export type Status = "open" | "completed" | "deleted";

// An action of a person. Each action becomes one request with one idempotency key, and one change in the history.
export type Action =
    // `due` of an added todo is a date (2026-11-27 or 2026-11-27T17:00): the page resolves the words of the person at
    // once, because it may send the request days later. Each todo has a local id until the answer gives it an id.
    | { kind: "add"; todos: NewTodo[]; localIds: string[] }
    // `base` holds the old title and notes of each todo whose texts are edited, by the id of the todo.
    | { kind: "edit"; edits: TodoEdit[]; base?: Record<string, Pick<Todo, "title" | "notes">> }
    | { kind: "delete"; ids: string[] }
    // `changeId` is the id of a change, or the idempotency key of an action of this browser that may have no answer
    // yet. `restore` has the effects of the undo on the todos, if the page knows them.
    | { kind: "undo"; changeId: string; restore?: Restored[] }
    | { kind: "lists"; update: UpdateLists }
    | { kind: "settings"; update: UpdateSettings };

// The effect of an undo on one todo. `fields`: these fields get these values, and null removes a field. `todo`: the
// whole todo exists again. With neither, the undo deletes the todo.
export interface Restored {
    id: string;
    fields?: Record<string, unknown>;
    todo?: Todo;
}

// An action that waits to be sent, or whose answer has not come yet.
export interface Waiting {
    seq: number; // the order of the actions in all windows
    key: string; // the idempotency key
    at: string; // when the person did it
    action: Action;
    // Set as soon as the page sends the action. A repetition sends the same request, so that the service recognises it.
    request?: { method: string; path: string; body?: unknown };
    // How often the action got another idempotency key, because its request had to change.
    changed?: number;
}

// An action that the service has refused, or that conflicts with a change of somebody else. The browser keeps it until
// the person has decided.
export interface Refused {
    waiting: Waiting;
    problem: Problem;
    // For a conflict of texts: the todo that the service has now.
    current?: Todo;
}

// Who is signed in, and how (GET /session).
export interface Session {
    authentication: "none" | "api_key" | "oauth";
    signed_in: boolean;
    person?: string; // differs between people, if the service says it
}
