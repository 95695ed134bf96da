// The things that people do with todos. Each is an action. The page shows its effect at once, and sends it as soon as
// possible.
import type { ReadonlySignal } from "@preact/signals";
import { apply, difference, localName, resolve } from "./apply.ts";
import type { Action, NewTodo, Refused, Settings, Todo, TodoEdit, Waiting } from "./model.ts";
import type { Own, OwnChanges } from "./own_changes.ts";
import type { State } from "./state.ts";

type Texts = Pick<Todo, "title" | "notes">;
type Fields = Omit<TodoEdit, "id">;
type Unkept = Omit<Waiting, "seq">;

// The maximum number of todos in one request, because the sizes of bodies and addresses are limited.
const AT_ONCE = 500;

export function createDoing(
    state: State,
    settings: ReadonlySignal<Settings>,
    own: OwnChanges,
    keep: (waiting: Unkept) => Promise<void>,
    now: () => number,
) {
    // Finds a todo by its id, or by the local id that it had first.
    function find(name: string): Todo | undefined {
        const id = state.names.value.get(name)?.to || name;
        return state.todos.value.get(id) ?? state.known.get(id);
    }

    // Adds the current values that the action depends on: the default list of an added todo, and the texts before an
    // edit.
    function complete(action: Action): Action {
        const list = state.overview.value && settings.value.default_list;
        if (action.kind === "add" && list) {
            return { ...action, todos: action.todos.map((todo) => ({ ...todo, list: todo.list ?? list })) };
        }
        return action.kind === "edit" ? { ...action, base: { ...texts(action.edits, find), ...action.base } } : action;
    }
    async function perform(asked: Action): Promise<Own> {
        const action = complete(resolve(asked, state.names.value));
        const waiting = { key: localName("key"), at: new Date(now()).toISOString(), action };
        const before = state.todos.value;
        const restore = difference(before, apply(before, [waiting], state.known));
        await keep(waiting);
        return { key: waiting.key, restore };
    }
    async function act(action: Action): Promise<void> {
        own.did(await perform(action));
    }
    const undoOwn = ({ key, restore }: Own) => perform({ kind: "undo", changeId: key, restore });
    // `base` has the texts from the time when the person began to edit them. Without `base`, the current texts count.
    const edit = (id: string, fields: Fields, base?: Texts) =>
        act({ kind: "edit", edits: [{ id, ...fields }], base: base && { [id]: base } });
    return {
        act,
        edit,
        toggle: (id: string) => {
            const todo = find(id);
            return edit(id, { status: todo && !todo.status ? "completed" : "open" });
        },
        editMany: async (ids: string[], fields: Fields) => {
            for (const some of chunks(ids)) {
                await act({ kind: "edit", edits: some.map((id) => ({ id, ...fields })) });
            }
        },
        remove: async (ids: string[]) => {
            for (const some of chunks(ids)) {
                await act({ kind: "delete", ids: some });
            }
        },
        // Returns the local ids of the todos.
        add: async (todos: NewTodo[]): Promise<string[]> => {
            const localIds = todos.map(() => localName("local"));
            await act({ kind: "add", todos, localIds });
            return localIds;
        },
        // Undoes any change, also one of somebody else.
        undo: (changeId: string) => act({ kind: "undo", changeId, restore: own.byId(changeId)?.restore }),
        undoLast: () => own.undo(undoOwn),
        redo: () => own.redo(undoOwn),
    };
}

// The current texts of the todos whose title or notes the person edits.
function texts(edits: TodoEdit[], find: (id: string) => Todo | undefined): Record<string, Texts> {
    const before: Record<string, Texts> = {};
    for (const { id, title, notes, clear } of edits) {
        const todo = find(id);
        if (todo && (title !== undefined || notes !== undefined || clear?.includes("notes"))) {
            before[id] = { title: todo.title, notes: todo.notes };
        }
    }
    return before;
}

function chunks(ids: string[]): string[][] {
    const all: string[][] = [];
    for (let i = 0; i < ids.length; i += AT_ONCE) {
        all.push(ids.slice(i, i + AT_ONCE));
    }
    return all;
}

// The decisions of the person about actions that the service has refused.
export function createDeciding(state: State, decided: () => Promise<void>) {
    async function decide(refused: Refused, again?: Unkept): Promise<void> {
        await state.database.decide(refused, again);
        await decided();
    }
    // The repetition is another request, so it needs another key. After an error of the service, nobody knows whether
    // the service has done the request, so the request and its key stay the same.
    function again({ waiting, problem }: Refused, action: Action): Unkept {
        const { seq: _, request, changed = 0, ...rest } = waiting;
        return problem.status >= 500 ? { ...rest, request, changed } : { ...rest, action, changed: changed + 1 };
    }
    return {
        retry: (refused: Refused) => decide(refused, again(refused, refused.waiting.action)),
        discard: (refused: Refused) => decide(refused),
        // Replaces the other text with the person's text, and restores the todo if it was deleted.
        keepMine: (refused: Refused) => {
            const { current, waiting } = refused;
            const { action } = waiting;
            if (action.kind !== "edit" || !current) {
                return decide(refused, again(refused, action));
            }
            const { id, title, notes, status } = current;
            const edits = action.edits.map((edit) =>
                edit.id === id && status === "deleted" ? { ...edit, status: "open" as const } : edit,
            );
            return decide(
                refused,
                again(refused, { ...action, edits, base: { ...action.base, [id]: { title, notes } } }),
            );
        },
    };
}
