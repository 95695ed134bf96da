// In these tests, real assistant programs get access to our server. A person signs in with a real browser at a real
// OpenID provider. The programs need no account, and can reach only 127.0.0.1. The environment variable `PYTHON` names
// a Python interpreter with MCP's official SDK. The file world.mjs lists the other variables.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { lookup } from "node:dns/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { callWithCodex } from "./codex.mjs";
import { startModel } from "./model.mjs";
import { recordNames } from "./names.mjs";
import { REDIRECT_URI, askForTokens, signInAs } from "./notebook.mjs";
import { Home } from "./program.mjs";
import { add, ask, titles } from "./service.mjs";
import { keep, startWorld } from "./world.mjs";

const { TOOLS, PYTHON } = process.env;
const require = createRequire(`${resolve(TOOLS)}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)));

const homes = [];
let world, service, recorded, grace, mcp;

before(async () => {
    recorded = await recordNames();
    world = await startWorld("assistants");
    service = world.withSecret;
    grace = (await signInAs(world, service, "grace")).access_token;
    mcp = `${service.url}/mcp`;
});
after(async () => {
    homes.forEach((home) => home.remove());
    await world?.stop();
    await recorded?.stop();
});

const timed = (name, body) => test(name, { timeout: 90_000 }, body);

function home() {
    const made = new Home();
    homes.push(made);
    return made;
}

// While a program waits for the sign-in, ada opens the address that the program wants to show in the browser, and
// allows or denies the access.
const ada = (home, decision) => async (goesOn) => {
    const decided = await world.decide(await home.address(goesOn), "ada", decision);
    assert.match(decided.consent, /program on this computer/i);
    assert.match(decided.consent, /ada@example\.com/);
};

// Asserts that a program can use these tokens to read and write ada's todos, over REST and over MCP. Also asserts that
// grace does not see these todos.
async function tokensWork(program, { access_token, refresh_token }) {
    keep(access_token, refresh_token);
    assert.ok(refresh_token);
    const { id } = await add(service, access_token, `${program}, with REST`);
    const connected = await connect({ requestInit: { headers: { authorization: `Bearer ${access_token}` } } });
    await connected.callTool({ name: "addTodos", arguments: { todos: [{ title: `${program}, with MCP` }] } });
    const { structuredContent } = await connected.callTool({ name: "getTodos", arguments: { q: program } });
    await connected.close();
    const seen = structuredContent.todos.map((todo) => todo.title);
    for (const way of ["REST", "MCP"]) assert.ok(seen.includes(`${program}, with ${way}`), seen.join());
    assert.deepEqual(await titles(service, grace), []);
    assert.equal((await ask(service, grace, "GET", `/todos/${id}`)).status, 404);
}

// A client of the official SDK that is connected to our server.
async function connect(options, target = mcp) {
    const { Client, StreamableHTTPClientTransport } = await load("@modelcontextprotocol/client");
    const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: "auto" } });
    await client.connect(new StreamableHTTPClientTransport(new URL(target), options));
    return client;
}

timed("Claude Code signs in, is connected, calls a tool, its tokens work, and it ends the access", async () => {
    const claude = home();
    const run = (words, options) => claude.run(["claude", "mcp", ...words], options);
    assert.equal((await run(["add", "--transport", "http", "todos", mcp])).code, 0);
    assert.match((await run(["list"])).output, /Needs authentication/);
    const login = await run(["login", "todos"], { terminal: true, meanwhile: ada(claude) });
    assert.match(login.output, /Authenticated with "todos"/);
    assert.match((await run(["list"])).output, /todos: .* Connected/);
    await claudeAdds(claude, "By Claude Code");
    const [stored] = Object.values(claude.read(".claude/.credentials.json").mcpOAuth);
    await tokensWork("Claude Code", { access_token: stored.accessToken, refresh_token: stored.refreshToken });
    assert.equal((await run(["logout", "todos"])).code, 0);
    const refresh = { grant_type: "refresh_token", refresh_token: stored.refreshToken, client_id: stored.clientId };
    const { status, json } = await askForTokens(service, refresh);
    assert.deepEqual([status, json.error], [400, "invalid_grant"], "Claude Code has ended the access at our server");
});

// Claude Code adds this todo, because the model asks for it.
async function claudeAdds(claude, title) {
    const tool = "mcp__todos__addTodos";
    const model = await startModel(tool, { todos: [{ title }] });
    Object.assign(claude.environment, { ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: "none", ENABLE_TOOL_SEARCH: "false" });
    const { code, output } = await claude.run(["claude", "--print", "Add a todo", "--allowedTools", tool]);
    model.stop();
    assert.equal(code, 0, output);
    assert.equal(JSON.parse(model.results[0].content).todos[0].title, title);
}

timed("Claude Code says that ada denied the access", async () => {
    const claude = home();
    await claude.run(["claude", "mcp", "add", "--transport", "http", "todos", mcp]);
    const login = await claude.run(["claude", "mcp", "login", "todos"], { terminal: true, meanwhile: ada(claude, "Deny") });
    assert.notEqual(login.code, 0, login.output);
    assert.match(login.output, /denied/i);
    assert.match((await claude.run(["claude", "mcp", "list"])).output, /Needs authentication/);
});

for (const strategy of ["auto", "dcr"]) {
    timed(`Codex signs in with the registration "${strategy}", calls tools, and its tokens work`, async () => {
        const codex = home();
        const run = (words, options) => codex.run(["codex", "mcp", ...words], options);
        const registration = ["--oauth-client-registration", strategy];
        // `codex mcp add` sees that the server requires a sign-in, and starts the sign-in by itself.
        const first = await run(["add", "todos", "--url", mcp, ...registration], { meanwhile: ada(codex) });
        assert.match(first.output, /Successfully logged in/);
        const again = await run(["login", "todos", ...registration], { meanwhile: ada(codex) });
        assert.match(again.output, /Successfully logged in to MCP server 'todos'/);
        assert.match((await run(["list"])).output, /todos .* enabled +OAuth/);
        const [stored] = Object.values(codex.read(".codex/.credentials.json"));
        const title = `By Codex ${strategy}`;
        const [added, listed] = await callWithCodex(codex, "todos", [["addTodos", { todos: [{ title }] }], ["getTodos", { q: title }]]);
        assert.equal(added.isError, false, JSON.stringify(added));
        assert.equal(listed.structuredContent.todos[0].title, title);
        await tokensWork(`Codex ${strategy}`, stored);
    });
}

timed("mcp-remote signs in, and passes the calls of an MCP client on", async () => {
    const remote = home();
    const { Client } = await load("@modelcontextprotocol/client");
    const { StdioClientTransport } = await load("@modelcontextprotocol/client/stdio");
    const client = new Client({ name: "test", version: "1" });
    const transport = new StdioClientTransport({ command: "mcp-remote", args: [mcp], env: remote.environment, stderr: "ignore" });
    await Promise.all([client.connect(transport, { timeout: 40_000 }), ada(remote)()]);
    await client.callTool({ name: "addTodos", arguments: { todos: [{ title: "Through mcp-remote" }] } });
    const { structuredContent } = await client.callTool({ name: "getTodos", arguments: {} });
    await client.close();
    assert.ok(structuredContent.todos.some((todo) => todo.title === "Through mcp-remote"));
    const [folder] = remote.list(".mcp-auth");
    const file = remote.list(`.mcp-auth/${folder}`).find((name) => name.endsWith("_tokens.json"));
    await tokensWork("mcp-remote", remote.read(`.mcp-auth/${folder}/${file}`));
});

timed("the Inspector's command signs in, calls tools, and later calls tools without a sign-in", async () => {
    const inspector = home();
    Object.assign(inspector.environment, { MCP_AUTO_OPEN_ENABLED: "true", MCP_INSPECTOR_SECRET_STORE: "file" });
    const call = (words, meanwhile) =>
        inspector.run(["mcp-inspector", "--cli", mcp, "--quiet", "--method", "tools/call", "--tool-name", ...words], { meanwhile });
    const added = await call(["addTodos", "--tool-arg", `todos=${JSON.stringify([{ title: "Inspected" }])}`], ada(inspector));
    assert.equal(added.code, 0, added.output);
    const listed = await call(["getTodos", "--stored-auth-only"]);
    assert.equal(listed.code, 0, listed.output);
    assert.match(listed.output, /"title": "Inspected"/);
    const [stored] = Object.values(inspector.read(".mcp-inspector/secrets.json").secrets);
    await tokensWork("Inspector", JSON.parse(stored));
});

// The SDK expects these functions from every application that uses OAuth. This application keeps everything in memory.
// When the SDK asks for a sign-in, ada signs in.
class Auth {
    redirectUrl = REDIRECT_URI;
    clientMetadata = { client_name: "The SDK", redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: "none" };
    clientInformation = () => this.client;
    saveClientInformation = (client) => void (this.client = client);
    tokens = () => this.stored;
    saveTokens = (tokens) => void (this.stored = tokens);
    discoveryState = () => this.discovery;
    saveDiscoveryState = (discovery) => void (this.discovery = discovery);
    codeVerifier = () => this.verifier;
    saveCodeVerifier = (verifier) => {
        keep(verifier);
        this.verifier = verifier;
    };
    redirectToAuthorization = async (url) => {
        this.returned = (await world.decide(url, "ada")).returned.searchParams;
    };
}

const SDKS = [
    ["1", "@modelcontextprotocol/sdk/client/index.js", "@modelcontextprotocol/sdk/client/streamableHttp.js"],
    ["2", "@modelcontextprotocol/client", "@modelcontextprotocol/client"],
];
for (const [version, base, http] of SDKS) {
    timed(`the SDK ${version} for TypeScript signs in, and goes on with a refreshed token`, async () => {
        const [{ Client }, { StreamableHTTPClientTransport }] = [await load(base), await load(http)];
        const auth = new Auth();
        const transport = () => new StreamableHTTPClientTransport(new URL(mcp), { authProvider: auth });
        const first = transport();
        await assert.rejects(new Client({ name: "test", version }).connect(first), /Unauthorized/);
        await (version === "1" ? first.finishAuth(auth.returned.get("code")) : first.finishAuth(auth.returned));
        const title = `By the SDK ${version}`;
        const session = async (work) => {
            const client = new Client({ name: "test", version });
            await client.connect(transport());
            const result = await work(client);
            await client.close();
            return result;
        };
        await session((client) => client.callTool({ name: "addTodos", arguments: { todos: [{ title }] } }));
        const before = auth.stored;
        // With a wrong access token, the SDK uses the refresh token by itself.
        auth.stored = { ...before, access_token: "wrong" };
        const listed = await session((client) => client.callTool({ name: "getTodos", arguments: {} }));
        assert.ok(listed.structuredContent.todos.some((todo) => todo.title === title));
        assert.notEqual(auth.stored.access_token, before.access_token);
        keep(before.access_token, before.refresh_token);
        await tokensWork(`SDK ${version}`, auth.stored);
    });
}

timed("the SDK for Python signs in and calls tools", async () => {
    const python = home();
    const args = [join(import.meta.dirname, "sdk_client.py"), mcp, "By Python"];
    const child = spawn(PYTHON, args, { env: python.environment, stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { returned } = await world.decide((await lines.next()).value, "ada");
    child.stdin.end(`${returned}\n`);
    const said = JSON.parse((await lines.next()).value);
    if (child.exitCode === null) await once(child, "exit");
    assert.equal(child.exitCode, 0);
    assert.ok(said.titles.includes("By Python"));
    await tokensWork("Python", said.tokens);
});

timed("Gemini CLI connects with a token of a sign-in, and not without", async () => {
    const { access_token } = await signInAs(world, service, "ada");
    const gemini = home();
    gemini.write(".gemini/trustedFolders.json", { [gemini.work]: "TRUST_FOLDER" });
    gemini.write(".gemini/settings.json", { telemetry: { enabled: false }, privacy: { usageStatisticsEnabled: false } });
    const add = ["gemini", "mcp", "add", "--transport", "http"];
    await gemini.run([...add, "signed-in", mcp, "--header", `Authorization: Bearer ${access_token}`]);
    await gemini.run([...add, "anonymous", mcp]);
    const { output } = await gemini.run(["gemini", "mcp", "list"]);
    assert.match(output, /signed-in: .* Connected/);
    assert.match(output, /anonymous: .* Disconnected/);
});

timed("no program looked for a host outside this machine", async () => {
    assert.deepEqual(recorded.names, []);
    // Now the test itself looks up a host name, to prove that the list records lookups. Otherwise, the empty list would
    // prove nothing.
    await assert.rejects(lookup("outside.example"));
    assert.ok(recorded.names.includes("outside.example"));
});
