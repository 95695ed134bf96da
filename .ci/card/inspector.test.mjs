// This test shows the card in the tab "Apps" of the MCP Inspector, which is a host from other authors. Environment
// variables: `BASE_URL` is the address of a running server. `TOOLS` is the folder of the installed npm packages. `DATA`
// is the folder for the files of the Inspector. `SCREENSHOTS` is the folder for screenshots.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { call, newPage, stop } from "./chat.mjs";

const { BASE_URL, TOOLS, DATA, SCREENSHOTS } = process.env;
let inspector;

async function freePort() {
    const server = createServer();
    await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address();
    await new Promise((closed) => server.close(closed));
    return String(port);
}

// Starts the Inspector. Returns the address of its page, which contains a secret.
async function start() {
    const env = {
        ...process.env,
        HOME: DATA,
        HOST: "127.0.0.1",
        CLIENT_PORT: await freePort(),
        MCP_SANDBOX_PORT: await freePort(),
        MCP_APP_ORIGIN_PORT: await freePort(),
        MCP_AUTO_OPEN_ENABLED: "false",
        MCP_STORAGE_DIR: DATA,
        MCP_INSPECTOR_SECRET_STORE: "file",
        MCP_INSPECTOR_SECRET_FILE: join(DATA, "secret"),
    };
    const command = join(resolve(TOOLS), "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js");
    const args = [command, "--web", "--transport", "http", "--server-url", new URL("/mcp", BASE_URL).href];
    // The Inspector starts further processes. In a process group of its own, one signal ends all of them.
    inspector = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"], detached: true });
    let printed = "";
    for await (const text of inspector.stdout) {
        printed += text;
        const address = printed.match(/http:\/\/127\.0\.0\.1:\d+\S*API_TOKEN=\w+(?=\s)/);
        if (address) return address[0];
    }
    throw new Error(`The Inspector did not start: ${printed}`);
}

before(() => [DATA, SCREENSHOTS].forEach((folder) => mkdirSync(folder, { recursive: true })));
after(async () => {
    if (inspector) process.kill(-inspector.pid);
    await stop();
});

test("the Inspector shows the card, and a person ticks and undoes on it", { timeout: 120_000 }, async () => {
    const title = `Inspected ${Math.random()}`;
    // The todo is overdue, so it is at the beginning of the card.
    await call("addTodos", { todos: [{ title, due: "2020-01-01" }] });
    const page = await newPage({ viewport: { width: 1300, height: 900 } });
    // Other addresses are blocked below: the page of the Inspector would load a font from Google.
    const address = await start();
    await page.route((url) => url.hostname !== "127.0.0.1", (route) => route.abort());
    await page.goto(address);
    await page.getByRole("switch").first().click({ force: true });
    await page.getByText("Apps", { exact: true }).first().click();
    await page.getByText("Show todos").first().click();
    await page.getByRole("button", { name: /open app/i }).last().click();
    // The card is in a frame inside the frame of the Inspector's sandbox.
    const card = page.frameLocator("iframe").frameLocator("iframe");
    const status = async () => (await call("getTodos", { q: title, status: "any" })).todos[0].status ?? "open";
    await card.getByRole("button", { name: `Complete: ${title}` }).click();
    await card.getByText("Done.").waitFor();
    assert.equal(await status(), "completed");
    await page.screenshot({ path: `${SCREENSHOTS}/inspector.png` });
    await card.getByRole("button", { name: "Undo" }).click();
    await card.getByText("Undone.").waitFor();
    assert.equal(await status(), "open");
});
