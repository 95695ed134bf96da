// The words of the API. The types come from openapi.json (`npm run types`), so that page and API cannot drift apart.
import type { components } from "./api.d.ts";

type Schemas = components["schemas"];
export type Todo = Schemas["Todo"];
export type NewTodo = Schemas["NewTodo"];
export type TodoEdit = Schemas["TodoEdit"];
export type Step = Schemas["Step"];
export type Repeat = Schemas["Repeat"];
export type Settings = Schemas["Settings"];
export type Now = Schemas["Now"];
// Only the page uses the name of the import to which a change belongs, so the document of the API leaves it out.
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

// What a person does. Each action becomes one request with one idempotency key, and one change in the history.
export type Action =
    // `due` of an added todo is a date (2026-11-27 or 2026-11-27T17:00): the words of the person are resolved when they
    // are typed, because the request may be sent days later. Each todo has a local id, until the answer names its id.
    | { kind: "add"; todos: NewTodo[]; localIds: string[] }
    // `base` holds the values before the edit of those texts (title, notes) that are edited, by id.
    | { kind: "edit"; edits: TodoEdit[]; base?: Record<string, Pick<Todo, "title" | "notes">> }
    | { kind: "delete"; ids: string[] }
    // `changeId` is the id of a change, or the idempotency key of an action of this browser, whose answer may not be there
    // yet. `restore` says what the undo does to the todos, if the page knows it.
    | { kind: "undo"; changeId: string; restore?: Restored[] }
    | { kind: "lists"; update: UpdateLists }
    | { kind: "settings"; update: UpdateSettings };

// A todo as it is after an undo: these fields get these values, and null removes a field. Or the whole todo is there
// again. With neither, it is deleted.
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
    // Once the action has been sent. A repetition sends the same, so that the service recognises it.
    request?: { method: string; path: string; body?: unknown };
    // How often the action got another idempotency key, because its request had to change.
    changed?: number;
}

// An action that the service has refused, or that conflicts with what somebody else has done. Kept until the person has
// decided.
export interface Refused {
    waiting: Waiting;
    problem: Problem;
    // For a conflict of texts: the todo as it is now on the server.
    current?: Todo;
}

// Who is signed in, and how (GET /session).
export interface Session {
    authentication: "none" | "api_key" | "oauth";
    signed_in: boolean;
    person?: string; // differs between people, if the service says it
}
