// A server for development. Builds web/dist again for each request of the page, and sends all other requests to a
// running service. TODO=http://127.0.0.1:9000 npm run dev
import { readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { extname } from "node:path";
import { buildAll } from "./build.mjs";

const service = new URL(process.env.TODO ?? "http://127.0.0.1:9000");
const port = Number(process.env.PORT ?? 5173);
const PAGES = /^\/$/;
const TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
};

async function serve(name, answer) {
    const file = await readFile(new URL(`dist/${name}`, import.meta.url));
    const type = TYPES[extname(name)] ?? "application/octet-stream";
    answer.writeHead(200, { "Content-Type": type, "Cache-Control": "no-store" });
    answer.end(type.startsWith("text/html") ? file.toString().replaceAll("{{base}}", "") : file);
}

function pass(question, answer) {
    const headers = { ...question.headers, host: service.host };
    if (headers.origin) {
        headers.origin = service.origin;
    }
    const onward = request(new URL(question.url, service), { method: question.method, headers }, (from) => {
        answer.writeHead(from.statusCode, from.headers);
        from.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    question.pipe(onward);
}

createServer(async (question, answer) => {
    const { pathname } = new URL(question.url, service);
    const wantsPage = PAGES.test(pathname) && question.method === "GET" && question.headers.accept?.includes("html");
    try {
        if (pathname === "/sw.js") {
            // There is no service worker, because it would show the files of an earlier build.
            answer.writeHead(404).end();
        } else if (wantsPage) {
            await buildAll();
            await serve("index.html", answer);
        } else {
            await serve(pathname.slice(1).replaceAll("..", ""), answer);
        }
    } catch (error) {
        if (wantsPage) {
            answer.writeHead(500, { "Content-Type": "text/plain" }).end(String(error));
        } else {
            pass(question, answer);
        }
    }
}).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}`));
