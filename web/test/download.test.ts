import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { ApiProblem } from "../src/list/request.ts";
import { download } from "../src/page/settings/download.ts";

const real = globalThis.fetch;
afterEach(() => {
    globalThis.fetch = real;
});

// Replaces `fetch` with a service whose export has these parts.
function service(parts: string[]): string[] {
    const asked: string[] = [];
    globalThis.fetch = async (address) => {
        asked.push(String(address));
        const at = Number(new URL(String(address), "https://todo.example").searchParams.get("cursor") ?? 0);
        const link = `<https://other.example/prod/export?format=md&cursor=${at + 1}>; rel="next"`;
        const headers = { "Content-Disposition": 'attachment; filename="todos-2026-11-28.md"' };
        return new Response(parts[at], { headers: at + 1 < parts.length ? { ...headers, Link: link } : headers });
    };
    return asked;
}

async function saved(format: Parameters<typeof download>[0]): Promise<[string, Promise<string>][]> {
    const files: [string, Promise<string>][] = [];
    await download(format, "/prod", (name, file) => files.push([name, file.text()]));
    return files;
}

test("a small export is one file with the name that the service gives", async () => {
    const asked = service(["everything"]);
    const [[name, text] = ["", ""], ...others] = await saved("csv");
    assert.deepEqual([name, await text, others], ["todos-2026-11-28.md", "everything", []]);
    assert.deepEqual(asked, ["/prod/export?format=csv&bom=true"]);
});

test("each part of a large export is a file, asked for at the page's own address", async () => {
    const asked = service(["one", "two", "three"]);
    const files = await saved("md");
    assert.deepEqual(
        files.map(([name]) => name),
        ["todos-2026-11-28-part-1.md", "todos-2026-11-28-part-2.md", "todos-2026-11-28-part-3.md"],
    );
    assert.equal((await Promise.all(files.map(([, text]) => text))).join(" "), "one two three");
    assert.equal(asked[2], "/prod/export?format=md&cursor=2");
});

test("a refusal is not saved as a file", async () => {
    globalThis.fetch = async () => Response.json({ title: "No", status: 401 }, { status: 401 });
    await assert.rejects(saved("json"), ApiProblem);
});
