// Lighthouse opens the page with a list of 50 todos, as on a slow telephone, and judges it. The test runs several
// times, and the median of the scores counts. Environment variables: `TODO` is the path of the `todo` command, `TOOLS`
// the folder of the installed npm packages, and `LOGS` the folder for the output of the server.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { ask, serve } from "../page/servers.mjs";

const RUNS = 5;
const LEAST = { performance: 0.95, accessibility: 0.95, "best-practices": 0.95 };
const MOST_BYTES = 60 * 1024;
const TODOS = 50;
const LISTS = ["Inbox", "Home", "Work"];
const BROWSERS = "chromium chromium-browser google-chrome";
// With the rule for host names, no request can leave this machine.
const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];

const require = createRequire(`${resolve(process.env.TOOLS)}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { default: lighthouse } = await load("lighthouse");
const { launch } = await load("chrome-launcher");
let service;

before(async () => {
    service = await serve("lighthouse");
    const todos = Array.from({ length: TODOS }, (_, at) => ({ title: `Todo ${at + 1}`, list: LISTS[at % LISTS.length], due: at % 2 ? "today" : "yesterday", ...(at % 5 === 0 && { priority: "high", tags: ["phone"] }) }));
    await ask(service, "POST", "/todos", { todos });
});
after(() => service.end());

// Opens the page in a new browser. Returns the scores, and the files of the page.
async function judged() {
    const chromePath = execFileSync("sh", ["-c", `for name in ${BROWSERS}; do command -v $name && break; done`]).toString().trim();
    const chrome = await launch({ chromePath, chromeFlags: FLAGS });
    try {
        const { lhr } = await lighthouse(service.url, { port: chrome.port, onlyCategories: Object.keys(LEAST), logLevel: "error" });
        assert.equal(lhr.runtimeError, undefined);
        const scores = Object.fromEntries(Object.entries(lhr.categories).map(([name, { score }]) => [name, score]));
        const failed = Object.values(lhr.audits).filter(({ score, scoreDisplayMode }) => scoreDisplayMode === "binary" && score < 1).map(({ id }) => id);
        return { scores, failed, files: filesOf(lhr.audits["network-requests"].details.items) };
    } finally {
        chrome.kill();
    }
}

const filesOf = (requests) => requests.filter(({ url, mimeType }) => url.startsWith(`${service.url}/`) && mimeType !== "application/json").map(({ url }) => new URL(url).pathname);

// Returns the compressed size of each file of the first view. Headers do not count, because HTTP/2 sends the same
// headers only once. The rest of the page and its service worker come when the person does something, or stays.
async function sizes(seen) {
    const paths = new Set(seen);
    const size = async (path) => {
        const { headers } = await fetch(service.url + path, { headers: { Accept: "text/html", "Accept-Encoding": "gzip" } });
        return [path, Number(headers.get("Content-Length"))];
    };
    return Promise.all([...paths].map(size));
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

test("Lighthouse finds the page fast, usable by everybody, and well made", { timeout: 300_000 }, async () => {
    const runs = [];
    for (let run = 0; run < RUNS; run++) runs.push(await judged());
    for (const [name, least] of Object.entries(LEAST)) {
        const scores = runs.map((run) => run.scores[name]);
        console.log(`${name}: ${scores.join(", ")}`);
        assert.ok(median(scores) >= least, `${name}: ${scores.join(", ")}; ${runs[0].failed.join(", ")}`);
    }
    const files = await sizes(runs[0].files);
    const bytes = files.reduce((sum, [, size]) => sum + size, 0);
    console.log(`${bytes} bytes: ${files.map(([path, size]) => `${path} ${size}`).join(", ")}`);
    assert.ok(files.every(([, size]) => size > 0) && files.length > 2);
    assert.ok(bytes <= MOST_BYTES, `the files of the page have ${bytes} bytes`);
});
