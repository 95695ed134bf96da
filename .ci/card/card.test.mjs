// These tests show the card in a chat, as the hosts of MCP Apps do. Environment variables: `BASE_URL` is the address of
// a running server with an empty data file. `TOOLS` is the folder of the installed npm packages. `SCREENSHOTS` is the
// folder for screenshots.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { call, chat, listOf, mcp, meta, open, resource, said, statuses, stop, tool } from "./chat.mjs";

const { SCREENSHOTS } = process.env;

before(() => mkdirSync(SCREENSHOTS, { recursive: true }));
after(stop);

test("the zone of the host is offered while the person has set none, and one press sets it", async () => {
    const list = await listOf({ title: "Late or not", due: "today" });
    const host = await chat({ context: { timeZone: "Pacific/Kiritimati" } });
    await host.show({ list });
    assert.equal(await host.element(".zone span").textContent(), "Times are in UTC.");
    await host.page.screenshot({ path: `${SCREENSHOTS}/zone.png` });
    await host.button("Use Pacific/Kiritimati").click();
    await host.element(".zone").waitFor({ state: "hidden" });
    assert.equal((await call("getSettings")).settings.time_zone, "Pacific/Kiritimati");
    assert.deepEqual(host.calls.map(({ name }) => name), ["updateSettings", "getTodos"]);
    assert.match(await host.told(), /Time zone: Pacific\/Kiritimati\.$/);
    await host.close();
    await call("updateSettings", { time_zone: "Europe/Berlin" });
    const again = await chat({ context: { timeZone: "Pacific/Kiritimati" } });
    await again.show({ list });
    assert.ok(await again.element(".zone").isHidden());
    await again.close();
});

test("the tool and the file are as the specification says", () => {
    assert.deepEqual(meta.tool.parse(tool._meta.ui), tool._meta.ui);
    assert.deepEqual(meta.resource.parse(resource._meta.ui), resource._meta.ui);
    assert.equal(resource.mimeType, "text/html;profile=mcp-app");
});

test("a tick completes the todo, the assistant gets to know it, and undo takes it back", async () => {
    const list = await listOf("Milk", "Eggs");
    const host = await chat();
    await host.show({ list });
    assert.equal(await host.element("h1").textContent(), list);
    assert.equal(await host.said(), "2 todos");
    assert.ok(await host.button("Undo").isHidden());
    await host.tick("Milk");
    await said(host, "Done.");
    assert.deepEqual(await statuses(list), { Milk: "completed", Eggs: "open" });
    assert.equal(await host.told(), 'On the card, the person has already done this: Completed: "Milk".');
    await host.tick("Eggs");
    await host.row("Eggs").and(host.element(".done:not([aria-busy=true])")).waitFor();
    assert.match(await host.told(), /Completed: "Milk", "Eggs"\.$/);
    await host.button("Undo").click();
    await said(host, "Undone.");
    assert.deepEqual(await statuses(list), { Milk: "completed", Eggs: "open" });
    await host.button("Undo").click();
    await host.button("Undo").waitFor({ state: "hidden" });
    assert.deepEqual(await statuses(list), { Milk: "open", Eggs: "open" });
    assert.match(await host.told(), /nothing that is not undone/);
    assert.equal(await host.card.evaluate(() => document.activeElement.ariaLabel), "Complete: Milk", "the focus is not lost");
    await host.close();
});

test("a second tick takes the next todo of a repetition back too", async () => {
    const list = await listOf({ title: "Bins", due: "today", repeat: { unit: "week" } });
    const host = await chat();
    await host.show({ list });
    assert.equal(await host.row("Bins").locator("small").textContent(), "Today ↻");
    await host.tick("Bins");
    await host.row("Next: ").waitFor();
    assert.equal((await call("getTodos", { list })).todos.length, 1);
    await host.tick("Bins");
    await said(host, "Undone.");
    const { todos } = await call("getTodos", { list, status: "any" });
    assert.deepEqual(todos.map((todo) => todo.status ?? "open"), ["open"]);
    await host.close();
});

test("a completed todo can be opened again, and a deleted one is only shown", async () => {
    const list = await listOf("Done", "Gone");
    const { todos } = await call("getTodos", { list });
    const id = (title) => todos.find((todo) => todo.title === title).id;
    await call("updateTodos", { todos: [{ id: id("Done"), status: "completed" }] });
    await call("deleteTodos", { ids: [id("Gone")] });
    const host = await chat();
    await host.show({ list, status: "completed" });
    assert.equal(await host.element("h1").textContent(), `${list} · completed`);
    await host.button("Reopen: Done").click();
    await said(host, "Open again.");
    assert.match(await host.told(), /Reopened: "Done"\.$/);
    await host.show({ list, status: "deleted" });
    assert.ok(await host.row("Gone").locator("button").isDisabled());
    await host.close();
});

test("a tick whose answer is lost is not done twice", async () => {
    const list = await listOf("Once");
    const host = await chat();
    await host.show({ list });
    const { answer } = host;
    host.answer = async (params) => {
        await answer(params);
        throw new Error("The answer is lost");
    };
    await host.tick("Once");
    await said(host, "That did not work.");
    assert.equal(await host.row("Once").getAttribute("class"), "");
    host.answer = answer;
    await host.tick("Once");
    await said(host, "Done.");
    const keys = host.calls.map((call) => call.arguments.idempotency_key);
    assert.ok(keys[0].length > 20 && keys[0] === keys[1], String(keys));
    const changes = (await call("getChanges", { limit: 2 })).changes.map((change) => change.operation ?? "updateTodos");
    assert.deepEqual(changes, ["updateTodos", "addTodos"]);
    await host.close();
});

test("a todo that is gone says so and stays as it was", async () => {
    const list = await listOf("Gone");
    const host = await chat();
    await host.show({ list });
    await call("deleteTodos", { list });
    await host.tick("Gone");
    await said(host, "That did not work: ");
    assert.equal(await host.row("Gone").getAttribute("class"), "");
    await host.close();
});

test("further pages come from the service, with the filters of the call", async () => {
    const list = await listOf(...Array.from({ length: 12 }, (_, at) => `Todo ${at + 1}`));
    const host = await chat();
    await host.show({ list, limit: 5 });
    assert.equal(await host.said(), "5 of 12");
    await host.button("Show more").click();
    await said(host, "9 of 12");
    await host.button("Show 1 more").click();
    await said(host, "10 of 12");
    await host.button("Show more").click();
    await said(host, "10–12 of 12");
    assert.deepEqual(host.calls.map(({ name, arguments: { list, limit } }) => [name, list, limit]), [["getTodos", list, 5], ["getTodos", list, 5]]);
    assert.equal(await host.element("li").count(), 12);
    await host.tick("Todo 12");
    await said(host, "Done.");
    await host.close();
});

test("no todos, a failure, a cancelled call and a result of another kind are each a sentence", async () => {
    const host = await chat();
    const sentence = () => host.element(".sentence").textContent();
    assert.equal(await sentence(), "Loading…");
    await host.show({ list: "Nowhere" });
    assert.equal(await sentence(), "No todos here.");
    assert.ok(await host.element(".foot").isHidden());
    await host.page.screenshot({ path: `${SCREENSHOTS}/none.png` });
    await host.show({ lists: "Nowhere" });
    assert.match(await sentence(), /^That did not work: .+\.$/);
    for (const content of [[], [{ type: "text", text: "not JSON" }], [{ type: "text", text: "[]" }], [{ type: "text", text: '{"todos":3}' }]]) {
        await host.give({ content });
        assert.equal(await sentence(), "That did not work.");
    }
    const list = await listOf("Only text");
    const { content } = await mcp.callTool({ name: tool.name, arguments: { list } });
    await host.give({ content });
    assert.equal(await host.row("Only text").count(), 1, "the text alone is enough");
    await host.page.evaluate(() => window.cancel());
    await host.drawn();
    assert.equal(await sentence(), "Cancelled.");
    assert.equal(await host.element("li").count(), 0);
    await host.close();
});

test("a result of an old conversation is read again", async () => {
    const list = await listOf("Milk", "Eggs");
    const host = await chat();
    const result = await mcp.callTool({ name: tool.name, arguments: { list } });
    await call("updateTodos", { where: { list, q: "Milk" }, set: { status: "completed" } });
    result.structuredContent.now.date = "2026-11-01";
    await host.page.evaluate((args) => window.input(args), { list });
    await host.give(result);
    await said(host, "1 todo");
    assert.deepEqual(host.calls, [{ name: "getTodos", arguments: { list } }]);
    await host.close();
});

test("a host that calls no tools shows the todos", async () => {
    const list = await listOf("Milk");
    const host = await chat({ capabilities: {} });
    await host.show({ list });
    assert.ok(await host.row("Milk").locator("button").isDisabled());
    await host.close();
});

test("scripts in titles, lists and filters are only text", async () => {
    const bad = '<img src=x onerror="window.intruded=1"><script>window.intruded=1</script>';
    await call("addTodos", { todos: [{ title: bad, list: "<b>bold</b>", steps: [bad] }] });
    const host = await chat();
    await host.show({ list: "<b>bold</b>", q: "intruded" });
    assert.equal(await host.element("li p").textContent(), bad);
    assert.equal(await host.element("h1").textContent(), "<b>bold</b> · “intruded”");
    assert.equal(await host.card.evaluate(() => window.intruded), undefined);
    await host.tick("onerror");
    await said(host, "Done.");
    await host.close();
});

test("a message from another window is ignored", async () => {
    const list = await listOf("Milk");
    const host = await chat();
    await host.show({ list });
    // The messages about the height do not count: the card sends its height a moment after it is drawn.
    const sent = () => host.page.evaluate(() => window.sent.filter(({ method }) => !method?.endsWith("size-changed")).length);
    const before = await sent();
    const notify = (method, params) => ({ jsonrpc: "2.0", method: `ui/notifications/${method}`, params });
    await host.page.evaluate((messages) => window.forge(messages), [
        notify("tool-cancelled", {}),
        notify("tool-result", { structuredContent: { todos: [{ id: "x", title: "Forged" }], now: {} } }),
        notify("host-context-changed", { theme: "dark" }),
        { jsonrpc: "2.0", id: 1, method: "ui/resource-teardown", params: {} },
        { jsonrpc: "2.0", id: 1, result: {} },
    ]);
    await host.drawn();
    assert.deepEqual(await host.element("li p").allTextContents(), ["Milk"]);
    assert.equal(await sent(), before);
    await host.tick("Milk");
    await said(host, "Done.");
    await host.close();
});

test("the host takes the card down, and the card sends nothing more", async () => {
    const list = await listOf("Milk");
    const host = await chat();
    await host.show({ list });
    await host.page.evaluate(() => window.tearDown());
    const sent = await host.page.evaluate(() => window.sent.length);
    await host.page.evaluate(() => window.resize(200));
    await host.row("Milk").locator("button").click();
    await host.drawn();
    assert.equal(await host.page.evaluate(() => window.sent.length), sent);
    await host.close();
});

test("in a page that is no host there is a sentence, and nothing is sent", async () => {
    for (const path of ["/card", "/no-host"]) {
        const { page, complaints } = await open(path);
        const card = page.frames().at(-1);
        await card.locator(".alone").waitFor();
        assert.equal((await card.locator("body").innerText()).trim(), "This card shows todos in a chat with an assistant.");
        assert.deepEqual(complaints, []);
        await page.context().close();
    }
});
