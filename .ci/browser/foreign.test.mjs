// These tests open two foreign web pages in a real browser. One page is a file, and the other page comes from another
// port of this machine. Both pages send many kinds of requests to `todo serve`, `todo serve --auth api-key` and `todo
// dynamodb`. The tests check that the foreign pages can read no data and can change no data. Environment variables:
// `TODO` is the path of the `todo` command. `TOOLS` is the folder of the installed npm packages. `LOGS` is the folder
// for log files.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";

const { TODO, TOOLS, LOGS } = process.env;
const require = createRequire(`${resolve(TOOLS)}/`);
const { chromium } = require("playwright-core");

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const SECRET = "PIN 4711";
const ADDED = { todos: [{ title: "written by a page" }] };
const KEY = "AKIAIOSFODNN7EXAMPLE";
const SIGNED = {
    Authorization: `AWS4-HMAC-SHA256 Credential=${KEY}/20261122/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
    "X-Amz-Date": "20261122T100000Z",
    "Content-Type": "application/x-amz-json-1.0",
};
const folder = mkdtempSync(join(tmpdir(), "todo-action-foreign-"));
const started = [];
// The test server `open` allows requests from every web page (CORS). The function `attempts` also sends its requests to
// the server `open`, where these requests must succeed. This success proves that the
// requests of `attempts` are valid.
const open = { asked: [] };
let browser, pages, targets;

function start(name, args, env = {}) {
    const log = openSync(join(LOGS, `foreign-${name}.log`), "a");
    const child = spawn(TODO, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", log] });
    closeSync(log);
    started.push(child);
    return new Promise((resolve, reject) => {
        let said = "";
        child.stdout.on("data", (data) => {
            said += data;
            const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
            if (address) resolve(address[0]);
        });
        child.on("exit", (code) => reject(new Error(`todo ${args} ended with ${code}`)));
    });
}

function listen(answer) {
    const server = createServer(answer);
    started.push({ kill: () => (server.closeAllConnections(), server.close()) });
    return new Promise((done) => server.listen(0, "127.0.0.1", () => done(`http://127.0.0.1:${server.address().port}`)));
}

async function asProgram(url, path, options = {}) {
    const answer = await fetch(url + path, options);
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.text();
}
const json = (body, headers = {}) => ({ method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers } });
const dynamodb = (url, operation, body) =>
    asProgram(url, "/", { method: "POST", body: JSON.stringify(body), headers: { ...SIGNED, "X-Amz-Target": `DynamoDB_20120810.${operation}` } });

before(async () => {
    const free = await start("none", ["serve", "--port", "0", "--data", join(folder, "none.db")]);
    const data = join(folder, "keys.db");
    const keyed = await start("api-key", ["serve", "--port", "0", "--auth", "api-key", "--data", data]);
    const bearer = { "X-Api-Key": execFileSync(TODO, ["keys", "create", "--name", "ann", "--data", data], { stdio: ["ignore", "pipe", "ignore"] }).toString().trim() };
    const database = await start("dynamodb", ["dynamodb", "--port", "0"], { AWS_ACCESS_KEY_ID: KEY });
    const todos = { todos: [{ title: SECRET }] };
    await asProgram(free, "/todos", json(todos));
    await asProgram(keyed, "/todos", json(todos, bearer));
    await dynamodb(database, "PutItem", { TableName: "todos", Item: { owner: { S: "user#ann" }, sk: { S: "todo#1" }, title: { S: SECRET } } });
    const everything = async (url, headers) => {
        const parts = ["todos", "changes", "settings"].map(async (part) => JSON.parse(await asProgram(url, `/${part}`, { headers }))[part]);
        return Promise.all(parts);
    };
    targets = [
        { name: "todo serve", url: free, state: () => everything(free, {}) },
        { name: "todo serve --auth api-key", url: keyed, state: () => everything(keyed, bearer) },
        { name: "todo dynamodb", url: database, state: async () => JSON.parse(await dynamodb(database, "Scan", { TableName: "todos" })) },
    ];
    open.url = await listen((request, response) => {
        if (request.method !== "OPTIONS") open.asked.push(request.method);
        const allowed = request.headers["access-control-request-headers"] ?? "*";
        response.writeHead(200, { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": allowed, "Access-Control-Allow-Methods": "*" });
        response.end(SECRET);
    });
    const html = "<!DOCTYPE html><title>somebody else's</title>";
    writeFileSync(join(folder, "page.html"), html);
    const site = await listen((_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end(html));
    pages = { "a file": `file://${join(folder, "page.html")}`, "another port": site };
    const which = execFileSync("sh", ["-c", `for name in ${NAMES.join(" ")}; do command -v $name && break; done`]);
    browser = await chromium.launch({ executablePath: which.toString().trim(), args: ["--no-sandbox", "--disable-gpu"] });
});
after(async () => {
    await browser?.close();
    started.forEach((one) => one.kill());
    rmSync(folder, { recursive: true, force: true });
});

// The browser runs this function in the web page. The function sends many kinds of requests, and returns all texts that
// the page could read.
async function attempts({ url, added, signed }) {
    const read = [];
    const ask = async (path, options) => {
        try {
            read.push(await (await fetch(url + path, { ...options, signal: AbortSignal.timeout(5000) })).text());
        } catch {
            // The browser did not send the request, or did not let the page read the answer.
        }
    };
    const body = JSON.stringify(added);
    for (const mode of ["cors", "no-cors"]) {
        for (const path of ["/", "/todos", "/changes", "/overview", "/settings", "/todos?status=open"]) await ask(path, { mode });
        for (const [method, path] of [["POST", "/todos"], ["POST", "/undo"], ["POST", "/mcp"], ["PATCH", "/todos"], ["PUT", "/todos"], ["DELETE", "/todos?ids=0000000000"]]) {
            for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded"]) {
                const sent = path === "/undo" ? "{}" : body;
                await ask(path, { method, mode, body: method === "DELETE" ? undefined : sent, headers: { "Content-Type": type } });
            }
        }
        for (const operation of ["Scan", "PutItem", "DeleteTable"]) {
            const item = { owner: { S: "user#ann" }, sk: { S: "todo#2" }, title: { S: "written by a page" } };
            const call = JSON.stringify({ TableName: "todos", ...(operation === "PutItem" && { Item: item }) });
            await ask("/", { method: "POST", mode, body: call, headers: { ...signed, "X-Amz-Target": `DynamoDB_20120810.${operation}` } });
            await ask("/", { method: "POST", mode, body: call, headers: { "Content-Type": "text/plain" } });
        }
    }
    // The page also sends requests with HTML elements: a form, a script, an image and a frame. The form sends a text
    // that is valid JSON.
    const loaded = (element) => new Promise((done) => {
        element.onload = element.onerror = done;
        setTimeout(done, 2000);
        document.body.append(element);
    });
    const frame = Object.assign(document.createElement("iframe"), { name: "answer" });
    document.body.append(frame);
    for (const path of ["/todos", "/undo", "/"]) {
        const form = Object.assign(document.createElement("form"), { method: "post", action: url + path, enctype: "text/plain", target: "answer" });
        form.append(Object.assign(document.createElement("input"), { name: `${body.slice(0, -1)},"x":"`, value: '"}' }));
        document.body.append(form);
        const answered = new Promise((done) => { frame.onload = done; setTimeout(done, 2000); });
        form.submit();
        await answered;
    }
    for (const tag of ["script", "img", "iframe"]) await loaded(Object.assign(document.createElement(tag), { src: `${url}/todos` }));
    for (const shown of document.querySelectorAll("iframe")) {
        try {
            read.push(shown.contentDocument?.documentElement.textContent ?? "");
        } catch {
            // The content of the frame comes from another origin, so the page is not allowed to read this content.
        }
    }
    return read.filter((text) => text !== "");
}

async function tried(page, url) {
    const tab = await (await browser.newContext()).newPage();
    await tab.goto(page);
    const read = await tab.evaluate(attempts, { url, added: ADDED, signed: SIGNED });
    await tab.context().close();
    return read;
}

for (const from of ["a file", "another port"]) {
    test(`a page from ${from} reads and writes nothing`, async () => {
        for (const { name, url, state } of targets) {
            const before = await state();
            const read = await tried(pages[from], url);
            assert.deepEqual(read, [], `${name}: a page has read something`);
            assert.deepEqual(await state(), before, `${name}: a page has changed something`);
            assert.ok(JSON.stringify(before).includes(SECRET), `${name}: there was something to read`);
        }
    });

    test(`where it is let, a page from ${from} reads and writes`, async () => {
        open.asked = [];
        const read = await tried(pages[from], open.url);
        assert.ok(read.includes(SECRET), "it reads");
        for (const method of ["GET", "POST", "PATCH", "PUT", "DELETE"]) assert.ok(open.asked.includes(method), method);
    });
}
