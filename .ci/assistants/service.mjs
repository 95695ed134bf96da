// These functions start `todo serve --auth oauth` as a child process, and send requests to this server.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE = 20_000;

// A port of 127.0.0.1 that no server uses. The provider has to know the address of our server before our server starts.
export async function freePort() {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address();
    await new Promise((done) => server.close(done));
    return port;
}

// Starts a server with a new data file. All output of the server goes to the file `log`. Returns the address of the
// server, and a function that stops the server.
export async function startService(binary, port, environment, log) {
    const folder = mkdtempSync(join(tmpdir(), "todo-action-"));
    const output = openSync(log, "w");
    const child = spawn(binary, ["serve", "--port", String(port), "--auth", "oauth", "--data", join(folder, "todos.db")], {
        env: { PATH: process.env.PATH, ...environment },
        stdio: ["ignore", output, output],
    });
    closeSync(output);
    const gone = once(child, "exit");
    const stop = async () => {
        child.kill();
        await gone;
        rmSync(folder, { recursive: true });
    };
    const deadline = Date.now() + PATIENCE;
    const url = `http://127.0.0.1:${port}`;
    while (Date.now() < deadline && child.exitCode === null) {
        if (await fetch(`${url}/health`).then(({ ok }) => ok, () => false)) {
            return { url, stop };
        }
        await sleep(20);
    }
    await stop();
    throw new Error(`the server did not start: ${readFileSync(log, "utf8")}`);
}

// Sends a request to the API, with or without an access token. Returns the status, the headers and the JSON body of the
// answer.
export async function ask(service, token, method, path, body) {
    const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(body && { "content-type": "application/json" }) };
    const response = await fetch(service.url + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, json };
}

// Adds a todo with this title.
export async function add(service, token, title) {
    const { status, json } = await ask(service, token, "POST", "/todos", { todos: [{ title }] });
    assert.equal(status, 201, json?.code);
    return json.todos[0];
}

// The titles of the todos that the owner of this token sees.
export async function titles(service, token) {
    const { status, json } = await ask(service, token, "GET", "/todos");
    assert.equal(status, 200, json?.code);
    return json.todos.map((todo) => todo.title);
}
