// The card in the chat: shows the answer of showTodos, and lets the person tick, undo and set the time zone.
import type { SettingsWritten, TodosWritten } from "../list/model.ts";
import { connect, type Host, isObject, type Members } from "./bridge.ts";
import { dress } from "./look.ts";
import { answerOf, failure, fresh, isStale, pageOf, statusOf, toldToTheModel, withPage, written } from "./state.ts";
import { type Surroundings, view } from "./view.ts";

const PROTOCOL_VERSION = "2026-01-26";
// The directories of ChatGPT and Claude want cards that fit on a screen.
const HEIGHT = 500;

let host: Host;
let capabilities: Members = {};
let draw: () => void = () => {};
let state = fresh({});
const around: Surroundings = { readOnly: true, height: HEIGHT };
// A write keeps its key until it is answered, so that a repetition has no second effect.
const keys = new Map<string, string>();

function change(changed: typeof state): void {
    state = changed;
    draw();
}

// Calls a tool of the service. A call that the host refuses, or that is not answered, is a result with an error.
async function call(name: string, args: Members): Promise<Members> {
    try {
        return await host.request("tools/call", { name, arguments: args });
    } catch {
        return { isError: true };
    }
}

// Sends a write with its key. Returns the answer, or undefined after a failure, which the card then tells.
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

// Sends a write. Until its answer comes, the todo looks as it will be.
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
    // Only an undo also takes back the next todo of a repetition.
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

// Shows the next screen, or asks for the next page of todos. After the last one, it begins again.
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
        // The host names no language, or one that does not exist.
    }
    if (typeof timeZone === "string") around.timeZone = timeZone;
    if (isObject(context.containerDimensions)) {
        const { height, maxHeight } = context.containerDimensions;
        around.height = Math.min(HEIGHT, Number(height ?? maxHeight) || HEIGHT);
    }
    dress(context);
    draw();
}

// Tells the host the height of the card. A new width can break lines in other places, so the rows that fit change.
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
        appInfo: { name: "todo-action", version: "1.0.0" },
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

// In a page that is no host, a sentence appears after a while, and nothing is sent.
if (window.parent !== window) start().catch(() => {});
