import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { effect } from "@preact/signals";
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
    await until("loaded", () => !isVisible || window.loaded.value);
    return window;
}

const titles = (window: BrowserWindow) => [...window.todos.value.values()].map(({ title }) => title).sort();

function asked(from: number, path: string): number {
    return service.asked.slice(from).filter((one) => one.path.startsWith(path)).length;
}

test("all pages are loaded", async () => {
    for (let i = 0; i < 250; i++) {
        service.add({ title: `Todo ${i}`, list: "Inbox" });
    }
    const window = await open();
    await until("all", () => window.todos.value.size === 250);
    assert.deepEqual(window.lists.value, ["Inbox"]);
});

test("what somebody else changes is read alone", async () => {
    const { id } = service.add({ title: "Milk" });
    service.add({ title: "Bread" });
    const window = await open();
    await sleep(30);
    const count = service.asked.length;
    service.change(id, { title: "Oat milk" });
    await until("seen", () => titles(window).includes("Oat milk"));
    assert.equal(asked(count, "/todos/"), 1);
    assert.equal(asked(count, "/todos?"), 0);
    assert.equal(window.lastChange.value?.id, service.changes[0]?.id);
});

test("after a bad network, the changes of others come as quickly as before", async () => {
    const { id } = service.add({ title: "Milk" });
    const window = await open();
    service.isOffline = true;
    for (let i = 0; i < 6; i++) {
        window.tell("online");
        await sleep(5);
    }
    service.isOffline = false;
    window.tell("online");
    await until("the network is back", () => window.online.value);
    service.change(id, { title: "Oat milk" });
    await until("seen", () => titles(window).includes("Oat milk"), 150);
});

test("what is deleted or completed by somebody else goes or stays as completed", async () => {
    const [milk, bread] = [service.add({ title: "Milk" }), service.add({ title: "Bread" })];
    const window = await open();
    service.change(milk.id, { status: "deleted" });
    service.change(bread.id, { status: "completed" });
    await until(
        "seen",
        () => window.todos.value.size === 1 && window.todos.value.get(bread.id)?.status === "completed",
    );
});

test("many changes make the page read everything again", async () => {
    const ids = Array.from({ length: 30 }, (_, i) => service.add({ title: `Todo ${i}` }).id);
    const window = await open();
    for (const id of ids) {
        service.change(id, { title: "Changed" });
    }
    service.change(ids[0] ?? "", { status: "deleted" });
    await until("seen", () => window.todos.value.size === 29 && new Set(titles(window)).size === 1);
});

test("the page reads nothing again because of its own changes", async () => {
    const { id } = service.add({ title: "Milk" });
    const window = await open();
    await sleep(30);
    const count = service.asked.length;
    await window.edit(id, { priority: "high" });
    await until("sent", () => window.waiting.value.length === 0);
    await sleep(100);
    assert.equal(asked(count, "/todos/"), 0);
    assert.equal(window.lastChange.value, undefined);
});

test("the changes of programs are none of the page in another browser", async () => {
    const { id } = service.add({ title: "Milk" });
    const change = (by?: string) => Object.assign(service.record([id], "updateTodos"), { by }).id;
    const assistants = change("ChatGPT");
    change("Web page");
    change("Web page (program 8f3kq2m9x7w1z0tb)");
    const window = await open();
    const shows = (id: string | undefined) => until("seen", () => window.programChanges.value[0]?.id === id);
    await shows(assistants);
    const nameless = change();
    await shows(nameless);
    // With an API key, the service names the page like its key, so the changes of this key are not those of another
    // program.
    await window.edit(id, { priority: "high" });
    await until("sent", () => window.waiting.value.length === 0);
    await until("read", () => window.lastChange.value?.id === nameless);
    Object.assign(service.changes[0] ?? {}, { by: "Ada" });
    const others = change("Claude");
    change("Ada");
    await shows(others);
});

test("nothing is asked while nobody looks", async () => {
    const window = await open();
    window.show(false);
    await sleep(50);
    const count = service.asked.length;
    service.add({ title: "Milk" });
    service.record(["id00000001"], "addTodos");
    await sleep(150);
    assert.equal(service.asked.length, count);
    window.show(true);
    await until("seen", () => window.todos.value.size === 1);
});

test("a page that is opened in the background asks nothing", async () => {
    const window = await open(false);
    await sleep(50);
    assert.deepEqual(service.asked, []);
    window.show(true);
    await until("loaded", () => window.loaded.value);
});

test("an unchanged list costs one small request", async () => {
    await open();
    await sleep(100);
    const count = service.asked.length;
    await sleep(100);
    const paths = new Set(service.asked.slice(count).map(({ path }) => path));
    assert.deepEqual([...paths], ["/changes?limit=20"]);
    assert.ok(service.asked.slice(count).every(({ headers }) => headers["If-None-Match"]));
});

test("without a network, the list is as it was, and says so", async () => {
    service.add({ title: "Milk", list: "Inbox" });
    const before = await open();
    await until("read", () => before.todos.value.size === 1);
    before.end();
    service.isOffline = true;
    const after = await open();
    assert.deepEqual(titles(after), ["Milk"]);
    await until("offline", () => !after.online.value);
    assert.equal(after.session.value?.signed_in, true);
    assert.equal((await after.full([...after.todos.value.keys()][0] ?? "")).title, "Milk");
    service.isOffline = false;
    after.tell("online");
    await until("online", () => after.online.value);
});

test("an old reading does not replace a newer answer", async () => {
    const { id } = service.add({ title: "Milk", priority: "low" });
    const window = await open();
    await sleep(30);
    service.change(id, { notes: "by somebody else" });
    await window.edit(id, { priority: "urgent" });
    await until("sent", () => window.waiting.value.length === 0);
    await until("read", () => window.todos.value.get(id)?.notes !== undefined);
    assert.equal(window.todos.value.get(id)?.priority, "urgent");
});

test("a completed todo is shown in this visit, and not in the next", async () => {
    const { id } = service.add({ title: "Milk" });
    const [before, other] = [await open(), await open()];
    await before.toggle(id);
    await until(
        "completed",
        () => before.waiting.value.length === 0 && other.todos.value.get(id)?.status === "completed",
    );
    before.end();
    const after = await open();
    await sleep(50);
    assert.equal(after.todos.value.size, 0);
    assert.equal(other.todos.value.size, 1);
    await after.toggle(id);
    assert.equal(after.todos.value.get(id)?.title, "Milk");
});

test("the order of a list is read while somebody looks at it, and moves at once", async () => {
    const [a, b, c] = ["A", "B", "C"].map((title) => service.add({ title, list: "Work" }).id);
    const window = await open();
    const order = window.orderOf("Work");
    const stop = effect(() => void order.value);
    await until("read", () => order.value?.length === 3);
    const moving = window.edit(c ?? "", { position: "top" });
    assert.deepEqual(order.value, [c, a, b]);
    await moving;
    await until("sent", () => window.waiting.value.length === 0);
    assert.deepEqual(order.value, [c, a, b]);
    stop();
});

test("lists and settings are as waiting actions make them", async () => {
    const window = await open();
    service.isOffline = true;
    await window.add([{ title: "Plant", list: "Garden" }]);
    assert.deepEqual(window.lists.value, ["Inbox", "Garden"]);
    await window.act({ kind: "lists", update: { list: "garden", rename_to: "Yard" } });
    assert.deepEqual(window.lists.value, ["Inbox", "Yard"]);
    await window.act({ kind: "settings", update: { default_list: "Yard" } });
    assert.equal(window.settings.value.default_list, "Yard");
    await window.add([{ title: "Water", tags: ["wet"] }]);
    assert.equal([...window.todos.value.values()].at(-1)?.list, "Yard");
    assert.deepEqual(window.tags.value, ["wet"]);
});
