// The actions that several places of the page need. Each function keeps the todos in their places, does the action, and
// shows a message.
import { showDate, showInText } from "../list/dates.ts";
import type { Change, NewTodo, Todo, TodoEdit } from "../list/model.ts";
import { canRedo, canUndo, edit, editMany, now, redo, remove, todos, toggle, undo, undoLast } from "../list/store.ts";
import { hold } from "./held.ts";
import { undoneWords } from "./history/change_words.ts";
import { say } from "./notice/said.tsx";
import { shownTodo } from "./rows/shown.ts";

export type Fields = Omit<TodoEdit, "id">;
export const PRIORITIES = ["low", "normal", "high", "urgent"] as const;

export const isDone = (todo: Todo): boolean => todo.status === "completed";

export const undoing = { name: "Undo", run: () => void takeBack() };

export function tick(todo: Todo): void {
    hold(todo);
    if (todo.status) {
        void edit(todo.id, { status: "open" });
        say(`${isDone(todo) ? "Reopened" : "Restored"}: ${todo.title}`, undoing);
    } else {
        const before = todos.value;
        void toggle(todo.id);
        say(() => `Completed${nextDate(todo, before) ?? `: ${todo.title}`}`, undoing);
    }
}

// The words for the date of the next todo, if a completed todo repeats. The service sends the next todo a moment later.
function nextDate({ repeat, title }: Todo, before: ReadonlyMap<string, Todo>): string | undefined {
    const all = repeat ? [...todos.value.values()] : [];
    const due = all.find((todo) => todo.title === title && todo.repeat && !before.has(todo.id))?.due;
    return due && `. Next: ${showDate(due, now.value, undefined, "long")}`;
}

export function skip(todo: Todo): void {
    void edit(todo.id, { status: "skipped" });
    say(`Skipped one date: ${todo.title}`, undoing);
}

export function erase(gone: readonly Todo[]): void {
    focusBeside(gone);
    void remove(gone.map(({ id }) => id));
    say(gone.length === 1 ? `Deleted: ${gone[0]?.title}` : `Deleted ${gone.length} todos`, undoing);
}

export function changeMany(changed: readonly Todo[], fields: Fields, what: string): void {
    if (fields.status) {
        changed.forEach(hold);
    }
    void editMany(
        changed.map(({ id }) => id),
        fields,
    );
    say(`${what}: ${changed.length === 1 ? changed[0]?.title : `${changed.length} todos`}`, undoing);
}

export function change(todo: Todo, fields: Fields, what: string, before?: Pick<Todo, "title" | "notes">): void {
    if (fields.status) {
        hold(todo);
    }
    void edit(todo.id, fields, before);
    say(`${what}: ${fields.title ?? todo.title}`, undoing);
}

export function sayAdded(added: NewTodo, where: string): void {
    const when = added.due ? `, ${showInText(added.due, now.value)}` : "";
    say(`Added to ${where}${when}: ${added.title}`, undoing);
}

export async function takeBack(): Promise<void> {
    if (!canUndo.value) {
        say("There is nothing to undo on this page. The history has everything.");
        return;
    }
    const known = todos.value;
    say(`Undone${what(await undoLast(), known)}`, { name: "Redo", run: () => void doAgain() });
}

// Undoes a change of anybody. If the change is already undone, does it again.
export async function undoChange(change: Change): Promise<void> {
    const sayAgain = () => say("Done again.");
    await undo(change.undone_by ?? change.id);
    if (change.undone_by) sayAgain();
    else say(undoneWords(change), { name: "Redo", run: () => void undoLast().then(sayAgain) });
}

export async function doAgain(): Promise<void> {
    if (!canRedo.value) {
        say("There is nothing to redo.");
        return;
    }
    const known = todos.value;
    say(`Done again${what(await redo(), known)}`, undoing);
}

// The words for the changed todos. An undo of a change of lists or settings changes no todos. An undo of an added todo
// removes the todo, so `before` has its title.
function what(ids: readonly string[], before: ReadonlyMap<string, Todo>): string {
    const one = todos.value.get(ids[0] ?? "") ?? before.get(ids[0] ?? "");
    return ids.length > 1 ? `: ${ids.length} todos` : one ? `: ${one.title}` : ".";
}

// The todos of these ids that the page knows.
export function those(ids: Iterable<string>): Todo[] {
    return [...ids].flatMap((id) => todos.value.get(id) ?? shownTodo(id) ?? []);
}

// Moves the focus before the rows of these todos go away: to the next row, or to the name of the view.
function focusBeside(gone: readonly Todo[]): void {
    const ids = new Set(gone.map(({ id }) => id));
    const rows = [...document.querySelectorAll<HTMLElement>("[data-todo]")];
    const last = rows.findLastIndex((row) => ids.has(row.dataset.todo ?? ""));
    const next = rows.slice(last + 1).find((row) => !ids.has(row.dataset.todo ?? ""));
    const target = next?.querySelector<HTMLElement>(".title") ?? document.querySelector<HTMLElement>("h1");
    target?.focus({ preventScroll: true });
}
