import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Browser, type BrowserWindow, sleep, until } from "./support/browser.ts";
import { FakeService } from "./support/fake_service.ts";

let browser = new Browser();
let service = new FakeService();

afterEach(() => {
    browser.end();
    browser = new Browser();
    service = new FakeService();
});

async function open(isVisible = true): Promise<BrowserWindow> {
    const window = await browser.window(service.fetch, isVisible);
    await until("loaded", () => window.loaded.value);
    return window;
}

const sent = (window: BrowserWindow) => until("everything is sent", () => window.waiting.value.length === 0);
const keys = () => service.writes().map(({ body }) => body?.idempotency_key);

test("an action shows at once, and is sent", async () => {
    const window = await open();
    const doing = window.add([{ title: "Milk" }]);
    assert.deepEqual(
        [...window.todos.value.values()].map(({ title }) => title),
        ["Milk"],
    );
    const [id = ""] = await doing;
    await sent(window);
    assert.equal(window.todos.value.get(window.idOf(id))?.title, "Milk");
    assert.equal(window.keyOf(window.idOf(id)), id);
    await window.toggle(id);
    await sent(window);
    assert.equal(service.todos.get(window.idOf(id))?.status, "completed");
});

for (const fault of ["lost request", "lost answer"] as const) {
    test(`after a ${fault}, the same request is sent again`, async () => {
        const window = await open();
        service.faults.push({ on: "POST /todos", what: fault });
        await window.add([{ title: "Milk" }]);
        await sent(window);
        const [first, second] = service.writes();
        assert.deepEqual(first, second);
        assert.equal(service.todos.size, 1);
        assert.equal(window.todos.value.size, 1);
    });
}

test("after a reload, an action whose answer was lost is sent again as it was", async () => {
    const before = await open();
    service.faults.push({ on: "POST /todos", what: "lost answer" });
    const adding = before.add([{ title: "Milk" }]);
    await until("asked", () => service.writes().length === 1 && service.todos.size === 1);
    await adding;
    before.end();
    const after = await open();
    await sent(after);
    assert.equal(new Set(keys()).size, 1);
    assert.equal(service.todos.size, 1);
});

test("a todo is edited before it has its id, also after a reload", async () => {
    const before = await open();
    service.isOffline = true;
    const [id = ""] = await before.add([{ title: "Milk" }]);
    await before.edit(id, { title: "Oat milk" });
    await before.toggle(id);
    before.end();
    const after = await browser.window(service.fetch);
    assert.equal(after.todos.value.get(id)?.title, "Oat milk");
    service.isOffline = false;
    after.tell("online");
    await sent(after);
    const [todo] = service.todos.values();
    assert.equal(todo?.title, "Oat milk");
    assert.equal(todo?.status, "completed");
    assert.equal(service.todos.size, 1);
});

test("two windows send each action once, and show the same", async () => {
    const [a, b] = [await open(), await open()];
    service.isOffline = true;
    for (let i = 0; i < 10; i++) {
        await (i % 2 ? a : b).add([{ title: `Todo ${i}` }]);
    }
    await until("both show all", () => a.todos.value.size === 10 && b.todos.value.size === 10);
    service.isOffline = false;
    a.tell("online");
    b.tell("online");
    await Promise.all([sent(a), sent(b)]);
    assert.deepEqual(
        [...service.todos.values()].map(({ title }) => title),
        Array.from({ length: 10 }, (_, i) => `Todo ${i}`),
    );
    await until("both have the ids", () =>
        [a, b].every(({ todos }) => [...todos.value.keys()].every((id) => service.todos.has(id))),
    );
});

test("another window goes on when the one that sends is closed", async () => {
    const [a, b] = [await open(), await open()];
    service.isOffline = true;
    await a.add([{ title: "Milk" }]);
    await sleep(20);
    a.end();
    service.isOffline = false;
    b.tell("online");
    await sent(b);
    assert.equal(service.todos.size, 1);
});

test("the service says when to send again", async () => {
    const window = await open();
    service.faults.push({ on: "POST /todos", what: { status: 503, code: "busy", after: 60 } });
    await window.add([{ title: "Milk" }]);
    await until("refused for now", () => service.writes().length === 1);
    window.tell("online");
    await sleep(100); // 20 seconds
    assert.equal(service.writes().length, 1);
    await sent(window);
    assert.equal(new Set(keys()).size, 1);
});

test("what the service refuses is kept until the person decides", async () => {
    const window = await open();
    service.faults.push({ on: "POST /todos", what: { status: 422, code: "invalid" } });
    const [id = ""] = await window.add([{ title: "Milk" }]);
    await window.toggle(id);
    await sent(window);
    assert.deepEqual(
        window.refused.value.map(({ problem }) => problem.code),
        ["invalid", "not_added"],
    );
    assert.equal(window.todos.value.size, 0);
    assert.equal(window.canUndo.value, false);
    const [add, toggle] = window.refused.value;
    assert.ok(add && toggle);
    await window.retry(add);
    await sent(window);
    assert.equal(window.todos.value.size, 1);
    await window.retry(window.refused.value[0] ?? toggle);
    await sent(window);
    assert.deepEqual(
        [...service.todos.values()].map(({ status }) => status),
        ["completed"],
    );
    assert.deepEqual(window.refused.value, []);
});

test("a refused action is forgotten if the person wants it", async () => {
    const window = await open();
    service.faults.push({ on: "POST /todos", what: { status: 422, code: "invalid" } });
    await window.add([{ title: "Milk" }]);
    await until("refused", () => window.refused.value.length === 1);
    const [refused] = window.refused.value;
    assert.ok(refused);
    await window.discard(refused);
    assert.deepEqual(window.refused.value, []);
    assert.equal(service.todos.size, 0);
});

test("after 401, nothing is sent until somebody has signed in, and everything is kept", async () => {
    const [window, other] = [await open(), await open()];
    service.session.signed_in = false;
    await window.add([{ title: "Milk" }]);
    await until("signed out", () => [window, other].every(({ session }) => session.value?.signed_in === false));
    const count = service.asked.length;
    await sleep(100);
    assert.equal(service.asked.length, count);
    assert.equal(window.waiting.value.length, 1);
    service.session.signed_in = true;
    await window.signInWithKey("key", true);
    await sent(window);
    assert.equal(service.todos.size, 1);
    await until("the other window knows", () => other.session.value?.signed_in === true);
});

test("a text that somebody else has changed is a conflict, which the person decides", async () => {
    const { id } = service.add({ title: "Milk", list: "Inbox" });
    const window = await open();
    service.isOffline = true;
    await window.edit(id, { title: "Oat milk" });
    service.isOffline = false;
    service.change(id, { title: "Soy milk" });
    window.tell("online");
    await until("refused", () => window.refused.value.length === 1);
    const [refused] = window.refused.value;
    assert.equal(refused?.current?.title, "Soy milk");
    assert.equal(refused?.problem.code, "conflict");
    assert.equal(service.todos.get(id)?.title, "Soy milk");
    assert.ok(refused);
    await window.keepMine(refused);
    await sent(window);
    assert.equal(service.todos.get(id)?.title, "Oat milk");
    assert.deepEqual(window.refused.value, []);
});

test("a change of something else is no conflict, and neither is the same text", async () => {
    const { id } = service.add({ title: "Milk", list: "Inbox" });
    const window = await open();
    service.isOffline = true;
    await window.edit(id, { title: "Oat milk" });
    service.isOffline = false;
    service.change(id, { title: "Oat milk", list: "Shopping" });
    window.tell("online");
    await sent(window);
    assert.deepEqual(window.refused.value, []);
});

test("if somebody is faster, the texts are compared again under another key", async () => {
    const { id } = service.add({ title: "Milk", list: "Inbox" });
    const window = await open();
    service.faults.push({ on: "PATCH", what: { status: 409, code: "conflict" } });
    service.change(id, { list: "Shopping" });
    await window.edit(id, { title: "Oat milk" });
    await sent(window);
    assert.equal(service.todos.get(id)?.title, "Oat milk");
    assert.equal(new Set(keys()).size, 2);
});

test("own changes are undone and redone, also before they are sent", async () => {
    const { id } = service.add({ title: "Milk", list: "Inbox" });
    const window = await open();
    service.isOffline = true;
    const title = () => window.todos.value.get(id)?.title;
    await window.edit(id, { title: "Oat milk" });
    await window.undoLast();
    assert.equal(title(), "Milk");
    assert.equal(window.canUndo.value, false);
    await window.redo();
    assert.equal(title(), "Oat milk");
    assert.equal(window.canRedo.value, false);
    service.isOffline = false;
    window.tell("online");
    await sent(window);
    const [edit, undo, redo] = [...service.changes].reverse();
    const undone = service.writes().flatMap(({ path, body }) => (path === "/undo" ? [body?.change_id] : []));
    assert.deepEqual([...new Set(undone)], [edit?.id, undo?.id]);
    assert.equal(redo?.operation, "undoChange");
});

test("more todos than an answer shows are read again before the action is settled", async () => {
    for (let i = 0; i < 15; i++) {
        service.add({ title: `Todo ${i}`, list: "Inbox" });
    }
    const window = await open();
    await window.editMany([...window.todos.value.keys()], { status: "completed" });
    await sent(window);
    assert.deepEqual(new Set([...window.todos.value.values()].map(({ status }) => status)), new Set(["completed"]));
    assert.equal(window.todos.value.size, 15);
});

test("signing out wipes what is kept, in all windows", async () => {
    service.add({ title: "Milk" });
    const [a, b] = [await open(), await open()];
    await a.signOut();
    await until("wiped", () => [a, b].every(({ todos, session }) => !todos.value.size && !session.value?.signed_in));
    const count = service.asked.length;
    const after = await browser.window(service.fetch);
    await until("asked", () => after.session.value?.signed_in === false);
    assert.equal(after.todos.value.size, 0);
    assert.deepEqual(
        service.asked.slice(count).map(({ path }) => path),
        ["/session"],
    );
});

test("nothing of one person is shown to another, or sent for them", async () => {
    service.add({ title: "Milk" });
    const before = await open();
    service.isOffline = true;
    await before.add([{ title: "Secret" }]);
    before.end();
    service.isOffline = false;
    service.session.person = "two";
    service.todos.clear();
    const after = await open();
    await until("wiped", () => after.waiting.value.length === 0 && after.todos.value.size === 0);
    assert.deepEqual(service.writes(), []);
});
