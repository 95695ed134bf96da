// In these tests, MCP clients from other authors use the real `todo` command. The clients use HTTP, or standard input
// and output. The tests use three clients: the official conformance suite, the official SDK for TypeScript, and the MCP
// Inspector. The tests use two versions of the SDK: one for MCP revision 2025-11-25, and one for MCP revision
// 2026-07-28. Environment variables: `BASE_URL` is the address of a running server. `TODO` is the path of the `todo`
// command. `DATA` is the folder for the data files of the `todo` command. `TOOLS` is the folder of the installed npm
// packages.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const { BASE_URL, TODO, DATA, TOOLS } = process.env;
const tools = resolve(TOOLS);
const require = createRequire(`${tools}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)));
const bin = (name) => join(tools, "node_modules/.bin", name);
const client = await load("@modelcontextprotocol/client");
const clientStdio = await load("@modelcontextprotocol/client/stdio");
const sdk = await load("@modelcontextprotocol/sdk/client/index.js");
const sdkHttp = await load("@modelcontextprotocol/sdk/client/streamableHttp.js");
const sdkStdio = await load("@modelcontextprotocol/sdk/client/stdio.js");
const { countTokens } = await load("gpt-tokenizer/encoding/o200k_base");

const MCP = new URL("/mcp", BASE_URL);
// The maximum number of tokens in the list of tools that a client gets.
const MOST_TOKENS = 8000;
// The maximum number of tokens in the part that a client shows to a model: the name, the description and the input
// schema of each tool.
const MOST_TOKENS_SHOWN = 5000;
const HERE = import.meta.dirname;
const { paths } = JSON.parse(readFileSync(join(HERE, "../../openapi.json"), "utf8"));
// Each operation is a tool. `showTodos` is one tool more: it shows the answer of an operation as a card.
const TOOL_COUNT = Object.values(paths).flatMap((path) => Object.keys(path)).length + 1;

// Both versions of the SDK check every structured answer against the output schema of the tool. If an answer does not
// match the output schema, the SDK throws an error.
const OLD = { version: "2025-11-25", make: () => new sdk.Client({ name: "test", version: "1" }), Http: sdkHttp.StreamableHTTPClientTransport, Stdio: sdkStdio.StdioClientTransport };
const NEW = {
    version: "2026-07-28",
    make: () => new client.Client({ name: "test", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } }),
    Http: client.StreamableHTTPClientTransport,
    Stdio: clientStdio.StdioClientTransport,
};
const stdio = (era, ...more) => new era.Stdio({ command: resolve(TODO), args: ["mcp", ...more], stderr: "ignore" });

async function run(file, args) {
    // Without `MCP_CATALOG_PATH`, the Inspector would write a catalogue file into the user's home folder.
    const env = { ...process.env, MCP_CATALOG_PATH: join(DATA, "catalog.json") };
    try {
        // The conformance suite and the Inspector wait until their standard input is closed, so this function closes
        // the input.
        const running = promisify(execFile)(file, args, { timeout: 120_000, maxBuffer: 1e8, env });
        running.child.stdin.end();
        return { code: 0, ...(await running) };
    } catch (error) {
        return { code: error.code ?? error.signal, stdout: error.stdout, stderr: error.stderr };
    }
}

// Calls the tools as an assistant does in a session. The session adds three todos, edits one todo, completes two todos
// in one call, and deletes one todo. Then the session undoes the deletion. Finally, the session undoes the first undo,
// so the todo is deleted again.
async function session(connected) {
    const { tools } = await connected.listTools();
    const names = tools.map((tool) => tool.name);
    for (const name of ["addTodos", "getTodos", "updateTodos", "deleteTodos", "undoChange"]) assert.ok(names.includes(name), name);
    const call = async (name, args) => {
        const result = await connected.callTool({ name, arguments: args });
        assert.ok(!result.isError, JSON.stringify(result));
        assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent);
        return result.structuredContent;
    };
    const list = `Session ${Math.random()}`;
    const added = await call("addTodos", { todos: ["milk", "eggs", "bread"].map((title) => ({ title, list })) });
    assert.deepEqual(added.new_lists, [list]);
    const [milk, eggs, bread] = added.todos.map((todo) => todo.id);
    assert.equal((await call("getTodos", { list })).todos.length, 3);
    // An old conversation may still call tools that are no longer in the list.
    for (const name of ["updateTodo", "deleteTodo"]) assert.ok(!names.includes(name), name);
    assert.equal((await call("updateTodo", { id: bread, due: "2026-11-27" })).todo.due, "2026-11-27");
    const done = await call("updateTodos", { todos: [milk, eggs].map((id) => ({ id, status: "completed" })) });
    assert.deepEqual(done.todos.map((todo) => todo.status), ["completed", "completed"]);
    assert.equal((await call("deleteTodo", { id: bread })).todo.status, "deleted");
    const undone = await call("undoChange", {});
    assert.equal(undone.todos[0].status, "open");
    assert.equal((await call("undoChange", { change_id: undone.change.id })).todos[0].status, "deleted");
    assert.equal((await call("getTodos", { list, status: "completed" })).todos.length, 2);
    const refused = await connected.callTool({ name: "getTodo", arguments: { id: "nonsense" } });
    assert.equal(refused.isError, true);
    assert.equal(JSON.parse(refused.content[0].text).status, 404);
}

for (const era of [OLD, NEW]) {
    const ways = [
        ["HTTP", () => new era.Http(MCP)],
        ["stdio, with a data file", () => stdio(era, "--data", join(DATA, `${era.version}.db`))],
        ["stdio, with a deployment", () => stdio(era, "--url", BASE_URL)],
    ];
    for (const [name, transport] of ways) {
        test(`the SDK has a session in ${era.version} over ${name}`, async () => {
            const connected = era.make();
            await connected.connect(transport());
            assert.equal(connected.getServerVersion().name, "todo-action");
            assert.match(connected.getInstructions(), /never guess an id/);
            await session(connected);
            await connected.close();
        });
    }
}

for (const [name, target] of [["HTTP", [MCP.href]], ["stdio", [resolve(TODO), "mcp", "--data", join(DATA, "inspector.db")]]]) {
    test(`the Inspector lists the tools and calls them over ${name}`, async () => {
        const inspect = async (...args) => {
            const { code, stdout, stderr } = await run(process.execPath, [bin("mcp-inspector"), "--cli", ...target, ...args]);
            assert.equal(code, 0, stdout + stderr);
            return JSON.parse(stdout);
        };
        const { tools } = await inspect("--method", "tools/list", "--strict");
        assert.equal(tools.length, TOOL_COUNT);
        const call = (tool, ...args) => inspect("--method", "tools/call", "--tool-name", tool, ...args.flatMap((arg) => ["--tool-arg", arg]));
        const todos = JSON.stringify([{ title: `Inspected ${name} ${Math.random()}` }]);
        const added = (await call("addTodos", `todos=${todos}`)).structuredContent;
        const found = (await call("getTodo", `id=${added.todos[0].id}`)).structuredContent;
        assert.equal(found.todo.title, added.todos[0].title);
        const undone = (await call("undoChange")).structuredContent;
        assert.equal(undone.todos[0].status, "deleted");
    });
}

test(`the list of tools has at most ${MOST_TOKENS} tokens, and a model sees at most ${MOST_TOKENS_SHOWN} of them`, async () => {
    const connected = OLD.make();
    await connected.connect(new OLD.Http(MCP));
    const listed = await connected.listTools();
    await connected.close();
    const shown = listed.tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
    const [tokens, tokensShown] = [listed, shown].map((value) => countTokens(JSON.stringify(value)));
    console.log(`tools/list: ${tokens} tokens (o200k_base), of which a model sees ${tokensShown}`);
    assert.ok(tokens <= MOST_TOKENS, `${tokens} tokens`);
    assert.ok(tokensShown <= MOST_TOKENS_SHOWN, `${tokensShown} tokens`);
});

for (const version of ["2025-11-25", "2026-07-28"]) {
    test(`the conformance suite finds nothing that is not expected of ${version}`, async () => {
        const known = join(HERE, `expected-failures-${version}.yml`);
        const args = [bin("conformance"), "server", "--url", MCP.href, "--requirements", version, "--expected-failures", known];
        const { code, stdout, stderr } = await run(process.execPath, args);
        const summary = stdout.slice(stdout.indexOf("=== SUMMARY ==="));
        assert.equal(code, 0, summary + stderr);
        console.log(`${version}: ${summary.match(/Total: .*/)}; the failures are those of its expected-failures file`);
    });
}
