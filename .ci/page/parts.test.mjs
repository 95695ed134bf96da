// A first visit loads few bytes: the parts that the first view does not need come later.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, launch, openWindow } from "./browsers.mjs";
import { sees } from "./person.mjs";
import { ask, serve } from "./servers.mjs";

const KB = 1024;
const MOST_SCRIPT = 42 * KB;
const MOST_BYTES = 58 * KB; // of everything that the first view needs, with the answers of the service
const PART = /\/assets\/(more|own)-/;
let service;

before(async () => {
    service = await serve("parts");
    await ask(service, "POST", "/todos", { todos: [{ title: "Water the plants", due: "today" }] });
});
after(() => service.end());

async function inChromium(body) {
    const browser = await launch("chromium");
    try {
        await body(await openWindow(browser));
    } finally {
        await browser.driver.close();
    }
}

// Runs in the page. Returns the files that the page has loaded, in the order of loading.
const loaded = () => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].map(({ name, encodedBodySize }) => ({ name, bytes: encodedBodySize }));

test("the first view comes with few bytes, and the parts come after it", { timeout: 60_000 }, () =>
    inChromium(async (window) => {
        const { page } = window;
        await page.goto(service.url);
        await sees(page, "Water the plants", ".row");
        await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
        const all = await page.evaluate(loaded);
        const from = all.findIndex(({ name }) => PART.test(name));
        assert.ok(all.slice(0, from).some(({ name }) => name.includes("/todos")), "the parts come after the todos");
        const first = all.filter(({ name }) => !PART.test(name));
        const script = first.find(({ name }) => name.endsWith(".js"));
        const bytes = first.reduce((sum, one) => sum + one.bytes, 0);
        assert.ok(script.bytes > KB && script.bytes <= MOST_SCRIPT, `the script has ${script.bytes} bytes`);
        assert.ok(bytes <= MOST_BYTES, `the first view takes ${bytes} bytes: ${JSON.stringify(first)}`);
        assertQuiet(window, service.url);
    }));

test("a part that cannot be loaded is said, and if the page is old, it is loaded anew", { timeout: 60_000 }, () =>
    inChromium(async ({ page }) => {
        // Without a service worker, because the worker would have the parts in its cache.
        await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, "serviceWorker", { value: undefined }));
        await page.setRequestInterception(true);
        let release = "same";
        page.on("request", (request) => {
            const { pathname } = new URL(request.url());
            if (request.isNavigationRequest()) {
                if (release === "new") release = "loaded";
                request.continue();
            } else if (PART.test(pathname) && release !== "loaded") {
                request.respond({ status: 404, contentType: "application/problem+json", body: "{}" });
            } else if (pathname === "/" && release === "new") {
                request.respond({ contentType: "text/html", body: '<script type="module" src="/assets/chunk-NEWER000.js"></script>' });
            } else {
                request.continue();
            }
        });
        await page.goto(`${service.url}/?view=settings`);
        await sees(page, "This needs a connection", "main");
        await page.goto(service.url);
        await sees(page, "Water the plants", ".row");
        release = "new";
        await page.evaluate(() => [...document.querySelectorAll(".nav a")].find((link) => link.textContent === "Settings").click());
        await sees(page, "Time zone", "main");
    }));
