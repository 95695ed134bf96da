// In these tests, people sign in with a real browser. The tests use the real server and a real OpenID provider.
// Environment variables: `TODO` is the path of the server's executable. `TOOLS` is the folder of the installed npm
// packages. `LOGS` is the folder for the output of the servers. The tests write every secret that they use into the
// file `SECRETS`, one secret per line.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { appendFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ask, askForTokens, basicCredentials, startApi } from "./api.mjs";
import { signIn, startBrowser } from "./browser.mjs";
import { mcpClient } from "./mcp_client.mjs";
import { AUDIENCE, OTHER_API, SCOPE, startProvider } from "./provider.mjs";

const { TODO, TOOLS, LOGS, SECRETS } = process.env;
const mcp = createRequire(`${resolve(TOOLS)}/`)("@modelcontextprotocol/client");

const GPT_CALLBACK = "https://chat.openai.com/aip/g-123/oauth/callback";
const CLIENT_SECRET = randomBytes(32).toString("base64url");
const grants = { grant_types: ["authorization_code", "refresh_token"], response_types: ["code"] };
const gptClient = { client_id: "gpt", client_secret: CLIENT_SECRET, redirect_uris: [GPT_CALLBACK], ...grants };
const GPT = { ...gptClient, token_endpoint_auth_method: "client_secret_post" };
const GPT_BASIC = { ...gptClient, client_id: "gpt-basic", token_endpoint_auth_method: "client_secret_basic" };
const PUBLIC = { client_id: "mcp", token_endpoint_auth_method: "none", application_type: "native", ...grants };

const used = [];
const running = [];
let browser, provider, api, window;

before(async () => {
    writeFileSync(SECRETS, "");
    // This HTTP server acts as an application on the person's machine. After the sign-in, the application waits for a
    // request from the person's browser.
    window = createServer((_, response) => response.end("You can close this window."));
    await new Promise((done) => window.listen(0, "127.0.0.1", done));
    PUBLIC.redirect_uris = [`http://127.0.0.1:${window.address().port}/callback`];
    provider = await startProvider(TOOLS, [GPT, GPT_BASIC, PUBLIC], ["ada", "grace"]);
    keep(CLIENT_SECRET, basicCredentials(GPT_BASIC), ...Object.values(provider.passwords));
    browser = await startBrowser(TOOLS);
    api = await start();
});

after(async () => {
    await Promise.all(running.map((server) => server.stop()));
    await browser?.close();
    window?.close();
    await provider?.stop();
});

// Writes these secrets into the file `SECRETS`.
function keep(...secrets) {
    const known = secrets.filter((secret) => secret !== undefined);
    used.push(...known);
    appendFileSync(SECRETS, known.map((secret) => `${secret}\n`).join(""));
}

function keepTokens(tokens) {
    keep(tokens.access_token, tokens.refresh_token, tokens.id_token);
    return tokens;
}

async function start(environment = {}) {
    const known = {
        OAUTH_ISSUER: provider.issuer,
        OAUTH_CLIENT_ID: GPT.client_id,
        OAUTH_REDIRECT_URIS: `https://chatgpt.com/aip/g-123/oauth/callback,${GPT_CALLBACK}`,
        OAUTH_PUBLIC_CLIENT_ID: PUBLIC.client_id,
        OAUTH_PUBLIC_REDIRECT_URIS: PUBLIC.redirect_uris.join(","),
        OAUTH_SCOPE: SCOPE,
        OAUTH_AUDIENCE: AUDIENCE,
    };
    const server = await startApi(TODO, { ...known, ...environment }, join(LOGS, `oauth-${running.length}.log`));
    running.push(server);
    return server;
}

// Returns the parameters of a GPT's request to the authorization endpoint.
const authorization = (more) =>
    new URLSearchParams({ response_type: "code", client_id: GPT.client_id, redirect_uri: GPT_CALLBACK, scope: SCOPE, ...more });

const askToSignIn = (server, more) => fetch(`${server.url}/oauth/authorize?${authorization(more)}`, { redirect: "manual" });

// Starts a sign-in for a GPT at `authorizationUrl`, and signs in as the person `name`. Returns the authorization code
// that the browser brings back to the GPT.
async function codeForGpt(authorizationUrl, name, more = {}) {
    const url = new URL(authorizationUrl);
    const state = randomBytes(12).toString("base64url");
    url.search = authorization({ state, ...more });
    const returned = await signIn(browser, url, GPT_CALLBACK, name, provider.passwords[name]);
    assert.equal(returned.get("error"), null, returned.get("error_description"));
    assert.equal(returned.get("state"), state);
    keep(returned.get("code"));
    return returned.get("code");
}

const exchange = (code) => ({ grant_type: "authorization_code", code, redirect_uri: GPT_CALLBACK });
const refresh = (token) => ({ grant_type: "refresh_token", refresh_token: token });

// Signs in as the person `name`. Returns the tokens that our API then gives to the GPT.
async function signInWithGpt(name, more) {
    const code = await codeForGpt(`${api.url}/oauth/authorize`, name, more);
    const { status, json } = await askForTokens(`${api.url}/oauth/token`, GPT, exchange(code));
    assert.equal(status, 200, json?.error);
    return keepTokens(json);
}

// Does the same as `signInWithGpt`, but the tokens come directly from the provider, not from our API.
async function tokensOfProvider(name, more) {
    const code = await codeForGpt(`${provider.issuer}/auth`, name, more);
    const { status, json } = await askForTokens(`${provider.issuer}/token`, GPT, exchange(code));
    assert.equal(status, 200, json?.error);
    return keepTokens(json);
}

async function add(token, title, server = api) {
    const { status, json } = await ask(server, token, "POST", "/todos", { todos: [{ title }] });
    assert.equal(status, 201, json?.code);
    return json.todos[0];
}

async function titles(token, server = api) {
    const { status, json } = await ask(server, token, "GET", "/todos");
    assert.equal(status, 200, json?.code);
    return json.todos.map((todo) => todo.title);
}

const timed = (name, body) => test(name, { timeout: 60_000 }, body);

timed("as ChatGPT: ada signs in, with a secret in the form and no PKCE, and her token adds and reads her todos", async () => {
    const tokens = await signInWithGpt("ada");
    assert.equal(tokens.token_type.toLowerCase(), "bearer");
    assert.equal((await add(tokens.access_token, "Ada's first")).title, "Ada's first");
    assert.deepEqual(await titles(tokens.access_token), ["Ada's first"]);

    const { status, json } = await askForTokens(`${api.url}/oauth/token`, GPT, refresh(tokens.refresh_token));
    assert.equal(status, 200, json?.error);
    keepTokens(json);
    assert.notEqual(json.access_token, tokens.access_token);
    assert.deepEqual(await titles(json.access_token), ["Ada's first"]);
});

timed("the same with the secret in a Basic header, which is ChatGPT's other way", async () => {
    const server = await start({ OAUTH_CLIENT_ID: GPT_BASIC.client_id });
    const code = await codeForGpt(`${server.url}/oauth/authorize`, "ada", { client_id: GPT_BASIC.client_id });
    const { status, json } = await askForTokens(`${server.url}/oauth/token`, GPT_BASIC, exchange(code), "header");
    assert.equal(status, 200, json?.error);
    keepTokens(json);
    await add(json.access_token, "By Basic", server);
    assert.deepEqual(await titles(json.access_token, server), ["By Basic"]);
    const elsewhere = await ask(api, json.access_token, "GET", "/todos");
    assert.equal(elsewhere.status, 401, "where this client is unknown its tokens open nothing");
});

timed("as an MCP client: from an anonymous 401 the SDK finds its way by itself, grace signs in, and her token works", async () => {
    const headers = { "content-type": "application/json" };
    const refused = await fetch(`${api.url}/mcp`, { method: "POST", headers, body: "{}" });
    assert.equal(refused.status, 401);
    const { resourceMetadataUrl } = mcp.extractWWWAuthenticateParams(refused);
    assert.ok(resourceMetadataUrl, refused.headers.get("www-authenticate"));

    const client = clientOfGrace();
    const target = { serverUrl: refused.url, resourceMetadataUrl };
    assert.equal(await mcp.auth(client, target), "REDIRECT");
    assert.equal(client.stored.authorizationUrl.origin, new URL(api.url).origin);
    assert.equal(client.stored.client.client_id, PUBLIC.client_id);
    assert.equal(client.stored.client.client_secret, undefined);
    assert.equal(await mcp.auth(client, { ...target, ...client.stored.answer }), "AUTHORIZED");
    const first = client.stored.tokens;
    await add(first.access_token, "Grace's first");
    assert.deepEqual(await titles(first.access_token), ["Grace's first"]);

    const session = new mcp.Client({ name: "grace", version: "1" });
    await session.connect(new mcp.StreamableHTTPClientTransport(new URL(refused.url), { authProvider: client }));
    assert.equal((await session.listTools()).tools.length, 13);
    const listed = await session.callTool({ name: "getTodos", arguments: {} });
    assert.deepEqual(listed.structuredContent.todos.map((todo) => todo.title), ["Grace's first"]);
    await session.close();

    assert.equal(await mcp.auth(client, target), "AUTHORIZED", "it refreshes what it has");
    assert.notEqual(client.stored.tokens.access_token, first.access_token);
    assert.deepEqual(await titles(client.stored.tokens.access_token), ["Grace's first"]);
});

function clientOfGrace() {
    const visit = (url, redirectUri) => signIn(browser, url, redirectUri, "grace", provider.passwords.grace);
    return mcpClient(PUBLIC.redirect_uris, visit, keep);
}

timed("where a provider names itself in its answers, an MCP client sees that it is not the front, and goes no further", async () => {
    provider.setNamesItself(true);
    const client = clientOfGrace();
    assert.equal(await mcp.auth(client, { serverUrl: api.url }), "REDIRECT");
    provider.setNamesItself(false);
    assert.equal(client.stored.answer.iss, provider.issuer);
    await assert.rejects(mcp.auth(client, { serverUrl: api.url, ...client.stored.answer }), { kind: "authorization_response" });
});

timed("two people see two lists, and the ids of one are nobody's for the other", async () => {
    const [ada, grace] = [await signInWithGpt("ada"), await signInWithGpt("grace")].map((tokens) => tokens.access_token);
    const { id } = await add(ada, "For Ada alone");
    await add(grace, "For Grace alone");
    const lists = [await titles(ada), await titles(grace)];
    assert.deepEqual(lists.map((list) => list.includes("For Ada alone")), [true, false]);
    assert.deepEqual(lists.map((list) => list.includes("For Grace alone")), [false, true]);
    for (const [method, body] of [["GET"], ["PATCH", { title: "Grace was here" }], ["DELETE"]]) {
        const { status, json } = await ask(api, grace, method, `/todos/${id}`, body);
        assert.equal(status, 404, method);
        assert.equal(json.code, "not_found");
    }
    assert.equal((await ask(api, ada, "GET", `/todos/${id}`)).json.todo.title, "For Ada alone");
});

timed("an ID token is not an access token", async () => {
    const { access_token, id_token } = await signInWithGpt("ada", { scope: `openid ${SCOPE}` });
    assert.equal((await ask(api, access_token, "GET", "/todos")).status, 200);
    assert.ok(id_token);
    assert.equal((await ask(api, id_token, "GET", "/todos")).status, 401);
});

timed("a token of the same provider for another service, or without the scope, opens nothing", async () => {
    const other = await tokensOfProvider("ada", { resource: OTHER_API, scope: "photos" });
    const { status, headers } = await ask(api, other.access_token, "GET", "/todos");
    assert.equal(status, 401);
    assert.match(headers.get("www-authenticate"), /^Bearer .*error="invalid_token"/);

    const scopeless = await tokensOfProvider("ada", { scope: "openid" });
    const refused = await ask(api, scopeless.access_token, "GET", "/todos");
    assert.equal(refused.status, 403);
    assert.match(refused.headers.get("www-authenticate"), /^Bearer .*error="insufficient_scope"/);
    const good = await tokensOfProvider("ada");
    assert.equal((await ask(api, good.access_token, "GET", "/todos")).status, 200, "it is not that they come past the API");
});

timed("whom nobody knows, and redirect URIs outside the list, are refused without a redirect", async () => {
    const wrong = [
        { client_id: "somebody" },
        { redirect_uri: "https://chat.openai.com.evil.example/aip/g-123/oauth/callback" },
        { redirect_uri: `${GPT_CALLBACK}/..` },
        { redirect_uri: PUBLIC.redirect_uris[0] },
    ];
    for (const change of wrong) {
        const answer = await askToSignIn(api, change);
        assert.equal(answer.status, 400, JSON.stringify(change));
        assert.equal(answer.headers.get("location"), null);
    }
    const registered = await fetch(`${api.url}/oauth/register`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ redirect_uris: ["https://evil.example/callback"] }),
    });
    assert.equal(registered.status, 400);
    assert.equal((await registered.json()).error, "invalid_redirect_uri");
});

timed("the token endpoint asks the provider for nobody else, and passes on what the provider refuses", async () => {
    const asked = provider.timesAsked("POST /token");
    const code = await codeForGpt(`${api.url}/oauth/authorize`, "ada");
    const refused = (answer, status, error) => assert.deepEqual([answer.status, answer.json?.error], [status, error]);
    const attempt = (client, secretIn) => askForTokens(`${api.url}/oauth/token`, client, exchange(code), secretIn);
    refused(await attempt(GPT_BASIC), 401, "invalid_client");
    refused(await attempt(GPT_BASIC, "header"), 401, "invalid_client");
    assert.equal(provider.timesAsked("POST /token"), asked);

    const guessed = { ...GPT, client_secret: randomBytes(32).toString("base64url") };
    keep(guessed.client_secret);
    refused(await attempt(guessed), 401, "invalid_client");
    assert.equal(provider.timesAsked("POST /token"), asked + 1);
    const { status, json } = await attempt(GPT);
    assert.equal(status, 200, "the code has been spent by nobody else");
    keepTokens(json);
    refused(await attempt(GPT), 400, "invalid_grant");
});

timed("without its provider the API goes on with the tokens it can verify, and says of the rest that it is for now", async () => {
    const { access_token, refresh_token } = await signInWithGpt("ada");
    await add(access_token, "Before");
    await provider.stop();
    await add(access_token, "During");
    assertForNow(await timedAnswer(() => askForTokens(`${api.url}/oauth/token`, GPT, refresh(refresh_token))));
    const fresh = await start();
    assertForNow(await timedAnswer(() => ask(fresh, access_token, "GET", "/todos")));
    assertForNow(await timedAnswer(() => askToSignIn(fresh)));

    await provider.start();
    provider.setMute(true);
    assertForNow(await timedAnswer(() => askForTokens(`${api.url}/oauth/token`, GPT, refresh(refresh_token))));
    const silent = await start();
    const wait = assertForNow(await timedAnswer(() => ask(silent, access_token, "GET", "/todos")));
    assert.equal((await ask(api, access_token, "GET", "/todos")).status, 200);

    provider.setMute(false);
    await sleep(wait * 1_000);
    for (const server of [fresh, silent]) {
        assert.deepEqual(await titles(access_token, server), [], "a new data file");
    }
    const { status, json } = await askForTokens(`${api.url}/oauth/token`, GPT, refresh(refresh_token));
    assert.equal(status, 200, json?.error);
    keepTokens(json);
    assert.ok((await titles(json.access_token)).includes("During"));
});

async function timedAnswer(request) {
    const begun = performance.now();
    const { status, headers } = await request();
    return { status, headers, seconds: (performance.now() - begun) / 1_000 };
}

// Asserts that the answer came within 5 seconds, that its status is 503, and that it has a `Retry-After` header.
// Returns the number of seconds in the `Retry-After` header.
function assertForNow({ status, headers, seconds }) {
    assert.equal(status, 503);
    assert.ok(seconds < 5, `${seconds} s`);
    const wait = Number(headers.get("retry-after"));
    assert.ok(wait >= 1 && wait <= 30, `Retry-After: ${headers.get("retry-after")}`);
    return wait;
}

timed("nothing that the servers wrote has a secret in it", async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
    const files = readdirSync(LOGS).filter((name) => /^oauth-\d+\.log$/.test(name));
    const written = files.map((name) => readFileSync(join(LOGS, name), "utf8")).join("");
    for (const line of ["getTodos answered 200", "getTodos answered 401", "getTodos answered 503", "/oauth/token answered 503"]) {
        assert.ok(written.includes(line), `"${line}" is not among what is searched`);
    }
    // If the logs contain a secret, the test prints only the position of this secret in the list `used`. So the output
    // of this test does not contain the secrets themselves.
    assert.deepEqual(used.flatMap((secret, place) => (written.includes(secret) ? [place] : [])), []);
    assert.ok(used.length > 40 && used.every((secret) => secret.length >= 20), String(used.length));
});
