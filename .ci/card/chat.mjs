// A chat for the tests: a real server, the official MCP client, the official host side of MCP Apps in a browser, and
// the schemas of the specification.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const { BASE_URL, TOOLS } = process.env;
const require = createRequire(`${resolve(TOOLS)}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)));
const playwright = require("playwright-core");
const axe = require("axe-core").source;
const { Client, StreamableHTTPClientTransport } = await load("@modelcontextprotocol/client");
const core = await load("@modelcontextprotocol/core");
const ui = await load("@modelcontextprotocol/ext-apps/app-bridge");

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
// The schema of the specification for each message that a card may send.
const SCHEMAS = {
    "ui/initialize": ui.McpUiInitializeRequestSchema,
    "ui/notifications/initialized": ui.McpUiInitializedNotificationSchema,
    "ui/notifications/size-changed": ui.McpUiSizeChangedNotificationSchema,
    "ui/update-model-context": ui.McpUiUpdateModelContextRequestSchema,
    "tools/call": core.CallToolRequestSchema,
};
export const ABLE = { serverTools: {}, updateModelContext: { text: {} } };

export const mcp = new Client({ name: "test", version: "1" }, { capabilities: { extensions: { "io.modelcontextprotocol/ui": { mimeTypes: [ui.RESOURCE_MIME_TYPE] } } } });
await mcp.connect(new StreamableHTTPClientTransport(new URL("/mcp", BASE_URL)));
export const tool = (await mcp.listTools()).tools.find((tool) => ui.getToolUiResourceUri(tool));
export const resource = (await mcp.readResource({ uri: ui.getToolUiResourceUri(tool) })).contents[0];
export const meta = { tool: ui.McpUiToolMetaSchema, resource: ui.McpUiResourceMetaSchema };

export async function call(name, args = {}) {
    const result = await mcp.callTool({ name, arguments: args });
    assert.ok(!result.isError, JSON.stringify(result));
    return result.structuredContent;
}

let number = 0;

// Adds todos to a new list. Returns the name of the list.
export async function listOf(...todos) {
    const list = `List ${process.pid}.${++number}`;
    await call("addTodos", { todos: todos.map((todo) => ({ list, ...(typeof todo === "string" ? { title: todo } : todo) })) });
    return list;
}

export const statuses = async (list) => {
    const { todos } = await call("getTodos", { list, status: "any" });
    return Object.fromEntries(todos.map((todo) => [todo.title, todo.status ?? "open"]));
};

// Waits until the foot of the card shows this text.
export const said = (host, text) => host.element("[role=status]").filter({ hasText: text }).waitFor();

// Serves the page of the chat at `/`, and the card without a host at `/card`.
const bundle = await require("esbuild").build({
    entryPoints: [join(import.meta.dirname, "host.mjs")],
    bundle: true,
    write: false,
    format: "iife",
    nodePaths: [join(resolve(TOOLS), "node_modules")],
});
const pages = {
    "/": `<!doctype html><title>Chat</title><style>body{margin:0}iframe{border:0;display:block}</style><script>${bundle.outputFiles[0].text.replaceAll("</script", "<\\/script")}</script>`,
    "/card": resource.text,
    "/no-host": `<!doctype html><title>No host</title><iframe sandbox="allow-scripts" src="/card"></iframe>`,
};
const server = createServer(({ url }, answer) => {
    answer.writeHead(200, { "content-type": "text/html" }).end(pages[url]);
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const which = execFileSync("sh", ["-c", `for name in ${NAMES.join(" ")}; do command -v $name && break; done`]);
const browser = await playwright.chromium.launch({ executablePath: which.toString().trim(), args: ["--no-sandbox", "--disable-gpu"] });
export const newPage = (options) => browser.newPage(options);

export async function stop() {
    await browser.close();
    server.close();
    await mcp.close();
}

// Opens a page of this server. Records the warnings and errors of the page, and its requests to other addresses.
export async function open(path, options = {}) {
    const context = await browser.newContext({ viewport: { width: 800, height: 900 }, ...options });
    const page = await context.newPage();
    const complaints = [];
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => request.url().startsWith(`http://127.0.0.1:${server.address().port}`) || /^(about|data):/.test(request.url()) || complaints.push(request.url()));
    await page.goto(`http://127.0.0.1:${server.address().port}${path}`);
    return { page, complaints };
}

// Shows the card in the chat. The host answers each tool call of the card with `host.answer`, which a test can replace.
export async function chat({ context = {}, capabilities = ABLE, width = 390, ...options } = {}) {
    const { page, complaints } = await open("/", options);
    const host = { page, calls: [], answer: (params) => mcp.callTool(params) };
    await page.exposeFunction("callTool", (params) => {
        host.calls.push(params);
        return host.answer(params);
    });
    // Hosts set the colour scheme of their page in this way. If page and frame have different schemes, a browser paints
    // an opaque background behind the frame.
    await page.evaluate((theme) => (document.documentElement.style.colorScheme = theme), context.theme ?? "normal");
    await page.evaluate((given) => window.mount(given), { html: resource.text, context, capabilities, width });
    host.card = page.frames()[1];
    host.element = (selector) => host.card.locator(selector);
    host.row = (title) => host.element("li").filter({ hasText: title });
    host.said = () => host.element("[role=status]").textContent();
    host.told = () => page.evaluate(() => window.told?.content[0].text);
    host.height = () => page.evaluate(() => document.querySelector("iframe").offsetHeight);
    host.tick = (title) => host.row(title).locator("button").click();
    host.button = (name) => host.card.getByRole("button", { name });
    // Gives a result to the card, and waits until the card has drawn it.
    host.give = async (result) => {
        await page.evaluate((result) => window.result(result), result);
        await host.drawn();
    };
    host.drawn = () => host.card.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    // Calls the tool as an assistant does, and gives the result to the card.
    host.show = async (args) => {
        await page.evaluate((args) => window.input(args), args);
        await host.give(await mcp.callTool({ name: tool.name, arguments: args }));
    };
    // Asserts that every message of the card matches the specification, and that the page has no complaints (see
    // `open`).
    host.close = async () => {
        for (const message of await page.evaluate(() => window.sent)) assertValid(message);
        assert.deepEqual(complaints, []);
        await page.context().close();
    };
    return host;
}

function assertValid(envelope) {
    const { jsonrpc, id, ...message } = envelope;
    assert.ok(core.JSONRPCMessageSchema.safeParse(envelope).success, JSON.stringify(envelope));
    if (message.result) return assert.deepEqual(ui.McpUiResourceTeardownResultSchema.parse(message.result), message.result);
    if (message.error) return;
    assert.ok(SCHEMAS[message.method], message.method);
    // The parsed copy lacks the fields that the schema does not know, so an unknown field makes the two different.
    assert.deepEqual(SCHEMAS[message.method].parse(message), message);
}

export async function assertAccessible(host) {
    await host.card.evaluate(`${axe}; undefined`);
    const { violations, passes } = await host.card.evaluate(() => window.axe.run());
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html)}`), []);
    assert.ok(passes.some((rule) => rule.id === "color-contrast"), "the colours were looked at");
}
