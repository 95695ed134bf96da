// What the service did not accept. Nothing is thrown away before the person has decided.
import type { Action, Refused, Todo } from "../../list/model.ts";
import { discard, keepMine, refused, retry, todos } from "../../list/store.ts";
import { count } from "../words.ts";

export function RefusedPanel() {
    return (
        <div role="status">
            {refused.value.map((one) =>
                one.current ? (
                    <Conflict key={one.waiting.key} one={one} current={one.current} />
                ) : (
                    <NotDone key={one.waiting.key} one={one} />
                ),
            )}
        </div>
    );
}

function Conflict({ one, current }: { one: Refused; current: Todo }) {
    const { action } = one.waiting;
    const edit = action.kind === "edit" ? action.edits.find(({ id }) => id === current.id) : undefined;
    const isTitle = edit?.title !== undefined;
    const mine = isTitle ? edit.title : (edit?.notes ?? "");
    return (
        <section class="notice warn conflict" aria-label="Two changes of the same text">
            <p dir="auto">
                Somebody else has changed the {isTitle ? "title" : "notes"} of <b>{current.title}</b> too. Which one do
                you want to keep?
            </p>
            <dl class="both">
                <div>
                    <dt>Yours</dt>
                    <dd dir="auto">{mine || "(empty)"}</dd>
                </div>
                <div>
                    <dt>Theirs</dt>
                    <dd dir="auto">{(isTitle ? current.title : current.notes) || "(empty)"}</dd>
                </div>
            </dl>
            <button type="button" class="link" onClick={() => void keepMine(one)}>
                Keep mine
            </button>
            <button type="button" class="link" onClick={() => void discard(one)}>
                Keep theirs
            </button>
        </section>
    );
}

function NotDone({ one }: { one: Refused }) {
    return (
        <section class="notice warn conflict" aria-label="A change that was not accepted">
            <p dir="auto">
                <b>{`Not done: ${actionWords(one.waiting.action)}`}</b>
            </p>
            <p dir="auto">{[one.problem.title, ...(one.problem.errors ?? []).map(fault)].join(". ")}</p>
            <button type="button" class="link" onClick={() => void retry(one)}>
                Try again
            </button>
            <button type="button" class="link" onClick={() => void discard(one)}>
                Leave it
            </button>
        </section>
    );
}

// Such as "Title must be at most 500 characters, but has 599".
function fault({ path, message }: { path: string; message: string }): string {
    const field = path.split(/[.[\]]+/).findLast((part) => /^[a-z_]+$/.test(part)) ?? "";
    const name = field.replaceAll("_", " ");
    return `${name.charAt(0).toUpperCase()}${name.slice(1)} ${message}`;
}

function actionWords(action: Action): string {
    const titles = (ids: string[]) =>
        ids.length === 1 ? (todos.value.get(ids[0] ?? "")?.title ?? "a todo") : count(ids.length, "todo");
    switch (action.kind) {
        case "add":
            return `add ${action.todos.length === 1 ? action.todos[0]?.title : count(action.todos.length, "todo")}`;
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
