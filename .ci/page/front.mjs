// A proxy in front of a server: with https, without the API, or with a newer release of the page.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The proxy does not pass these headers on: they concern one connection, or are wrong after the proxy has decompressed
// the answer.
const OWN_HEADERS = ["connection", "content-encoding", "content-length", "transfer-encoding", "keep-alive"];

// Makes a certificate that no browser trusts.
function certificate() {
    const folder = mkdtempSync(join(tmpdir(), "todo-action-front-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    execFileSync("openssl", [...request, "-keyout", key, "-out", cert], { stdio: "ignore" });
    const pair = { key: readFileSync(key), cert: readFileSync(cert) };
    rmSync(folder, { recursive: true });
    return pair;
}

// `front.isLost(path)` says whether a request gets no answer. `front.change(path, text)` returns the text to send in
// place of a text file of the page.
export async function startFront({ isSecure = false, port = 0 } = {}) {
    const front = { isLost: () => false, change: (_, text) => text, behind: undefined };
    const answer = async (question, reply) => {
        const path = question.url.split("?")[0];
        if (front.isLost(path)) return reply.destroy();
        // Without `If-None-Match`, the service always sends the whole answer: the proxy may change its text.
        const { host: _, connection: _connection, "if-none-match": _known, ...headers } = question.headers;
        if (headers.origin) headers.origin = new URL(front.behind).origin;
        const parts = [];
        for await (const part of question) parts.push(part);
        const from = await fetch(front.behind + question.url, { method: question.method, headers, body: parts.length ? Buffer.concat(parts) : undefined, redirect: "manual" });
        const body = Buffer.from(await from.arrayBuffer());
        const isText = /text\/html|javascript/.test(from.headers.get("content-type") ?? "");
        const kept = [...from.headers].filter(([name]) => !OWN_HEADERS.includes(name));
        return reply.writeHead(from.status, kept.flat()).end(isText ? front.change(path, body.toString()) : body);
    };
    const handle = (question, reply) => void answer(question, reply).catch(() => reply.destroy());
    const server = isSecure ? createSecureServer(certificate(), handle) : createServer(handle);
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    front.url = `${isSecure ? "https" : "http"}://127.0.0.1:${server.address().port}`;
    front.stop = async () => {
        const closed = new Promise((done) => server.close(done));
        server.closeAllConnections();
        await closed;
    };
    return front;
}
