// These functions start `todo serve` with a new data file, and send requests to it as another program would.
// Environment variables: `TODO` is the path of the `todo` command. `LOGS` is the folder for the output of the servers.
// The tests write every secret that they use into the file `SECRETS`, one secret per line.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { TODO, LOGS, SECRETS } = process.env;

// Starts a server. Returns its address, a function that stops it, and a function that starts it again with the same
// address and the same data.
export async function serve(name, { auth = "none", port = 0, environment = {} } = {}) {
    const folder = mkdtempSync(join(tmpdir(), "todo-action-page-"));
    const data = join(folder, "todos.db");
    const service = { data };
    let child;
    service.start = async () => {
        const log = openSync(join(LOGS, `page-${name}.log`), "a");
        const at = service.url ? new URL(service.url).port : port;
        child = spawn(TODO, ["serve", "--port", String(at), "--data", data, "--auth", auth], {
            env: { ...process.env, ...environment },
            stdio: ["ignore", "pipe", log],
        });
        closeSync(log);
        service.url = await addressOf(child);
    };
    service.stop = async () => {
        if (!child) return;
        const gone = once(child, "exit");
        child.kill();
        await gone;
        child = undefined;
    };
    service.end = async () => {
        await service.stop();
        rmSync(folder, { recursive: true });
    };
    await service.start();
    return service;
}

function addressOf(child) {
    return new Promise((resolve, reject) => {
        let said = "";
        child.stdout.on("data", (data) => {
            said += data;
            const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
            if (address) resolve(address[0]);
        });
        child.on("exit", (code) => reject(new Error(`todo serve ended with ${code}`)));
    });
}

// Makes an API key for the list of the owner, or for a new list.
export function newKey({ data }, name, owner = name) {
    const answer = execFileSync(TODO, ["keys", "create", "--name", name, "--owner", owner, "--data", data], { stdio: ["ignore", "pipe", "ignore"] });
    return keepSecret(answer.toString().trim().split("\n").at(-1).trim());
}

export function keepSecret(secret) {
    if (SECRETS) appendFileSync(SECRETS, `${secret}\n`);
    return secret;
}

// Sends a request as another program. Returns the JSON of the answer.
export async function ask({ url }, method, path, body, key) {
    const headers = { ...(body && { "Content-Type": "application/json" }), ...(key && { Authorization: `Bearer ${key}` }) };
    const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text && JSON.parse(text);
}
