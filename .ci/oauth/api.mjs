// These functions start `todo serve --auth oauth` as a child process, and send requests to this server.
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE = 20_000;

// Starts a server with a new data file and empty caches. All output of the server goes to the file `log`.
export async function startApi(binary, environment, log) {
    const folder = mkdtempSync(join(tmpdir(), "todo-action-"));
    const output = openSync(log, "w");
    const data = join(folder, "todos.db");
    const child = spawn(binary, ["serve", "--port", "0", "--auth", "oauth", "--data", data], {
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
    while (Date.now() < deadline && child.exitCode === null) {
        // When the server starts, it prints several lines, and the last of these lines contains `/undo`. When the log
        // contains the line with `/undo`, the server is ready for requests.
        const said = readFileSync(log, "utf8");
        const address = said.match(/http:\/\/127\.0\.0\.1:\d+(?=\n)/);
        if (address && said.includes("/undo")) {
            return { url: address[0], stop };
        }
        await sleep(20);
    }
    await stop();
    throw new Error(`the server did not start: ${readFileSync(log, "utf8")}`);
}

// Sends a request to the API, with or without an access token. Returns the status, the headers and the JSON body of the
// answer.
export async function ask(api, token, method, path, body) {
    const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(body && { "content-type": "application/json" }) };
    return answered(await fetch(api.url + path, { method, headers, body: body && JSON.stringify(body) }));
}

// Sends a form to the token endpoint. The form contains `fields`, and comes from the OAuth client in the argument
// `client`. `secretIn` is the place of the client's secret in the request: "form" or "header".
export async function askForTokens(url, client, fields, secretIn = "form") {
    const known = { client_id: client.client_id, ...(client.client_secret && { client_secret: client.client_secret }) };
    const basic = { authorization: `Basic ${basicCredentials(client)}` };
    const form = new URLSearchParams(secretIn === "form" ? { ...fields, ...known } : fields);
    return answered(await fetch(url, { method: "POST", body: form, headers: secretIn === "form" ? {} : basic }));
}

export const basicCredentials = (client) => Buffer.from(`${client.client_id}:${client.client_secret}`).toString("base64");

async function answered(response) {
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, json };
}
