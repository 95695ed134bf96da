// Codex usually calls a tool only when a model asks for the tool. Without an account, there is no model. So this file
// uses `codex app-server`, with which editors control Codex. The app server can call a tool without a model.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

// Codex has no plugins here, and its model server does not exist. So Codex contacts only our server.
const ALONE = ["--disable", "plugins", "-c", 'model_providers.nobody={name="nobody",base_url="http://127.0.0.1:9"}', "-c", 'model_provider="nobody"'];

// Calls these tools, each with its arguments, and returns the results. Codex uses the tokens of its own sign-in.
export async function callWithCodex(home, server, calls) {
    const child = spawn("codex", [...ALONE, "app-server"], { cwd: home.work, env: home.environment, stdio: ["pipe", "pipe", "ignore"] });
    const lines = createInterface({ input: child.stdout });
    const waiting = new Map();
    lines.on("line", (line) => {
        const { id, result, error } = JSON.parse(line);
        waiting.get(id)?.(error ?? result);
        waiting.delete(id);
    });
    // If Codex ends, the waiting requests get no answer.
    child.on("close", () => waiting.forEach((answer) => answer(undefined)));
    let last = 0;
    const ask = (method, params) => {
        last += 1;
        child.stdin.write(`${JSON.stringify({ id: last, method, params })}\n`);
        return new Promise((answer) => waiting.set(last, answer));
    };
    await ask("initialize", { clientInfo: { name: "test", title: "test", version: "1" } });
    child.stdin.write(`${JSON.stringify({ method: "initialized" })}\n`);
    const { thread } = await ask("thread/start", {});
    const results = [];
    for (const [tool, args] of calls) {
        results.push(await ask("mcpServer/tool/call", { threadId: thread.id, server, tool, arguments: args }));
    }
    child.kill();
    return results;
}
