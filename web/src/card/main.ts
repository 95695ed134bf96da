// The card in the chat: shows the answer of showTodos, and lets the person tick, undo and set the time zone.
import type { SettingsWritten, TodosWritten } from "../list/model.ts";
import { connect, type Host, isObject, type Members } from "./bridge.ts";
import { dress } from "./look.ts";
import { answerOf, failure, fresh, isStale, pageOf, statusOf, toldToTheModel, withPage, written } from "./state.ts";
import { type Surroundings, view } from "./view.ts";

const PROTOCOL_VERSION = "2026-01-26";
// The maximum height. The directories of ChatGPT and Claude want cards that fit on a screen.
const HEIGHT = 500;

let host: Host;
let capabilities: Members = {};
let draw: () => void = () => {};
let state = fresh({});
// Some hosts do not name the time zone. Then the card uses the time zone of the browser.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const around: Surroundings = { readOnly: true, height: HEIGHT, timeZone };
// The idempotency keys of writes that have no answer yet. If the person repeats a write, the card sends the same key,
// so the service does it only once.
const keys = new Map<string, string>();

function change(changed: typeof state): void {
    state = changed;
    draw();
}

// Calls a tool of the service. If the host refuses the call or does not answer, the result is an error.
async function call(name: string, args: Members): Promise<Members> {
    try {
        return await host.request("tools/call", { name, arguments: args });
    } catch {
        return { isError: true };
    }
}

// Sends a write with its key. Returns the answer. If the write fails, the card shows the reason, and this function
// returns undefined.
async function write<Answer>(name: string, args: Members): Promise<Answer | undefined> {
    const intent = JSON.stringify(args);
    const key = keys.get(intent) ?? crypto.getRandomValues(new Uint32Array(4)).join("-");
    keys.set(intent, key);
    const result = await call(name, { ...args, idempotency_key: key });
    const answer = answerOf(result);
    if (answer && !result.isError) {
        keys.delete(intent);
        return answer as Answer;
    }
    change({ ...state, said: failure(result) });
}

function tell(said: string): void {
    change({ ...state, said });
    if (!isObject(capabilities.updateModelContext)) return;
    const content = [{ type: "text", text: toldToTheModel(state) }];
    host.request("ui/update-model-context", { content }).catch(() => {});
}

// Sends a write. Until the answer comes, the card already shows the new status of the todo.
async function send(id: string, status: string, name: string, args: Members): Promise<TodosWritten | undefined> {
    change({ ...state, underWay: new Map(state.underWay).set(id, status), said: "" });
    const answer = await write<TodosWritten>(name, args);
    const underWay = new Map(state.underWay);
    underWay.delete(id);
    change({ ...state, underWay });
    return answer;
}

async function undo(last = state.changes.at(-1)): Promise<void> {
    if (!last || state.underWay.size) return;
    const { id, todo } = last;
    const answer = await send(todo, statusOf(state.touched.get(todo)?.[0]), "undoChange", { change_id: id });
    if (!answer) return;
    state = written(state, answer, undefined, id);
    tell("Undone.");
}

async function tick(id: string): Promise<void> {
    const todo = state.todos.find((todo) => todo.id === id);
    if (!todo || state.underWay.has(id)) return;
    // An undo also removes the next todo of a repetition. Reopening the todo would not.
    const ticked = state.changes.findLast((change) => change.todo === id);
    if (ticked) return undo(ticked);
    const status = statusOf(todo) === "completed" ? "open" : "completed";
    const answer = await send(id, status, "updateTodos", { todos: [{ id, status }] });
    if (!answer) return;
    state = written(state, answer, todo);
    tell(status === "completed" ? "Done." : "Open again.");
}

async function load(isFurther: boolean): Promise<void> {
    const result = await call("getTodos", { ...state.asked, ...(isFurther && { cursor: state.nextCursor }) });
    const page = pageOf(result);
    change(page ? { ...withPage(state, page, isFurther), said: "" } : { ...state, said: failure(result) });
}

// Shows the next screen, or asks for the next page of todos. After the last screen, the card shows the first screen
// again.
function more(next: number | undefined): void {
    if (next === undefined && state.nextCursor) load(true);
    else change({ ...state, first: next ?? 0, said: "" });
}

async function setZone(zone: string): Promise<void> {
    const answer = await write<SettingsWritten>("updateSettings", { time_zone: zone });
    if (!answer) return;
    state = { ...state, now: answer.now, zoneSet: zone };
    tell("");
    await load(false);
}

function shown(result: Members): void {
    const page = pageOf(result);
    change(page ? withPage(fresh(state.asked), page, false) : fresh(state.asked, failure(result)));
    if (page && isStale(page.now, Date.now()) && !around.readOnly) load(false);
}

function heard(method: string, params: Members): void {
    const given = isObject(params.arguments) ? params.arguments : {};
    if (method === "ui/notifications/tool-input") change({ ...state, asked: given });
    if (method === "ui/notifications/tool-result") shown(params);
    if (method === "ui/notifications/tool-cancelled") change(fresh(state.asked, "Cancelled."));
    if (method === "ui/notifications/host-context-changed") surround(params);
}

function surround(context: Members): void {
    const { locale, timeZone } = context;
    try {
        around.locale = new Intl.Locale(locale as string).baseName;
    } catch {
        // The host names no language, or a language that does not exist.
    }
    if (typeof timeZone === "string") around.timeZone = timeZone;
    if (isObject(context.containerDimensions)) {
        const { height, maxHeight } = context.containerDimensions;
        around.height = Math.min(HEIGHT, Number(height ?? maxHeight) || HEIGHT);
    }
    dress(context);
    draw();
}

// Reports the height of the card to the host. A new width can change the line breaks and so the number of rows that
// fit, so the card draws them again.
function follow(): void {
    let width = 0;
    let told = 0;
    new ResizeObserver(() => {
        if (window.innerWidth !== width) draw();
        width = window.innerWidth;
        const height = Math.ceil(document.body.getBoundingClientRect().height);
        if (height !== told) host.notify("ui/notifications/size-changed", { height });
        told = height;
    }).observe(document.body);
}

async function start(): Promise<void> {
    host = connect(window.parent, heard);
    const answer = await host.request("ui/initialize", {
        protocolVersion: PROTOCOL_VERSION,
        appInfo: { name: "todo-action", version: "1" },
        appCapabilities: { availableDisplayModes: ["inline"] },
    });
    capabilities = isObject(answer.hostCapabilities) ? answer.hostCapabilities : {};
    around.readOnly = !isObject(capabilities.serverTools);
    const show = view({ tick, more, setZone, undo });
    draw = () => show(state, around);
    surround(isObject(answer.hostContext) ? answer.hostContext : {});
    host.notify("ui/notifications/initialized", {});
    follow();
}

// Outside a frame, there is no host: the card sends nothing, and shows a sentence after a while (card.css).
if (window.parent !== window) start().catch(() => {});
