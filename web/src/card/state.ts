// The state of the card: the answers of the service, and the writes that have no answer yet. Pure functions.
import type { Now, Todo, TodosPage, TodosWritten } from "../list/model.ts";
import { isObject, type Members } from "./bridge.ts";

export interface State {
    // The arguments of the call that made the card.
    asked: Members;
    // The card shows this sentence in place of todos, before the result and after a failure.
    sentence: string;
    now?: Now;
    todos: Todo[];
    nextCursor?: string;
    total?: number;
    // The todos that the person ticked on this card: each one before the tick, and as it is now.
    touched: Map<string, [Todo, Todo]>;
    // The ticks that the service has not answered yet: the new status by the id of the todo.
    underWay: Map<string, string>;
    // If a completed todo repeats: the due date of the next todo, by the id of the completed one.
    next: Map<string, string>;
    // The changes that the person made on this card and has not undone. The newest is the last.
    changes: { id: string; todo: string }[];
    zoneSet?: string;
    // The index of the first visible todo.
    first: number;
    // What happened last.
    said: string;
}

export const fresh = (asked: Members, sentence = "Loading…"): State => ({
    asked,
    sentence,
    todos: [],
    touched: new Map(),
    underWay: new Map(),
    next: new Map(),
    changes: [],
    first: 0,
    said: "",
});

export const statusOf = (todo?: Todo) => todo?.status ?? "open";

// The answer of an operation in the result of a tool call. Some hosts pass on only the text of the result.
export function answerOf(result: Members): Members | undefined {
    if (isObject(result.structuredContent)) return result.structuredContent;
    const [first] = Array.isArray(result.content) ? result.content : [];
    try {
        const read: unknown = JSON.parse(isObject(first) ? String(first.text) : "");
        return isObject(read) ? read : undefined;
    } catch {
        return undefined;
    }
}

// A page of todos. Undefined if the result is an error, or not a page of todos.
export function pageOf(result: Members): TodosPage | undefined {
    const answer = result.isError ? undefined : answerOf(result);
    return answer && Array.isArray(answer.todos) && isObject(answer.now) ? (answer as unknown as TodosPage) : undefined;
}

// A sentence about a call that failed. It leaves out the `detail` of a problem, which is meant for the model.
export function failure(result: Members): string {
    const { title } = answerOf(result) ?? {};
    return typeof title === "string" ? `That did not work: ${title}.` : "That did not work.";
}

// Returns the state with this page of todos. A further page is added after the todos that are there.
export function withPage(state: State, page: TodosPage, isFurther: boolean): State {
    const known = new Set(isFurther ? state.todos.map((todo) => todo.id) : []);
    const todos = page.todos.filter((todo) => !known.has(todo.id));
    return {
        ...state,
        todos: isFurther ? [...state.todos, ...todos] : todos,
        first: isFurther ? state.todos.length : 0,
        sentence: page.todos.length || isFurther ? "" : "No todos here.",
        now: page.now,
        nextCursor: page.next_cursor,
        total: isFurther ? state.total : page.total,
    };
}

// Returns the state after a write. After a tick, `ticked` is the todo before it. After an undo, `undone` is the id of
// the undone change.
export function written(state: State, answer: TodosWritten, ticked?: Todo, undone?: string): State {
    const { change, next: [following] = [] } = answer;
    const next = new Map(state.next);
    const touched = new Map(state.touched);
    let { todos } = state;
    for (const todo of answer.todos ?? []) {
        const before = touched.get(todo.id)?.[0] ?? ticked;
        if (before) touched.set(todo.id, [before, todo]);
        next.delete(todo.id);
        // When a todo is completed, its repetition moves to the next todo. The row still shows that this todo repeats.
        todos = todos.map((old) => (old.id === todo.id ? { ...todo, repeat: todo.repeat ?? old.repeat } : old));
    }
    if (ticked && following?.due) next.set(ticked.id, following.due);
    const changes = state.changes.filter(({ id }) => id !== undone);
    if (ticked && change) changes.push({ id: change.id, todo: ticked.id });
    return { ...state, todos, next, touched, changes };
}

// The message to the assistant. Each message replaces the one before, so each contains everything that the person did
// on this card.
export function toldToTheModel({ touched, zoneSet }: State): string {
    const say = (status: string, said: string) => {
        const those = [...touched.values()].filter(
            (todos) => statusOf(todos[1]) === status && statusOf(todos[0]) !== status,
        );
        const names = those.map(([, { title }]) => `"${title.slice(0, 100)}"`);
        return names.length ? `${said}: ${names.join(", ")}. ` : "";
    };
    const zone = zoneSet ? `Time zone: ${zoneSet}.` : "";
    const all = say("completed", "Completed") + say("open", "Reopened") + zone;
    return `On the card, the person has already done this: ${all.trim() || "nothing that is not undone."}`;
}

// Splits the rows into screens that are at most `room` high. Returns the index of the first row of each screen.
export function screens(heights: number[], room: number): number[] {
    const starts: number[] = [];
    let used = Number.POSITIVE_INFINITY;
    heights.forEach((height, at) => {
        if (used + height > room) {
            starts.push(at);
            used = 0;
        }
        used += height;
    });
    return starts;
}

// Whether the result is old, such as in an old conversation that the person opens again.
export function isStale(now: Now, moment: number): boolean {
    return moment - Date.parse(`${now.date}T${now.time}:00${now.utc_offset}`) > 10 * 60_000;
}
