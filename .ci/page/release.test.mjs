// A newer release of the page comes while the old release is open and has changes that are not sent yet. Also tests
// that over https, the cookie of a person goes to this host only.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { BROWSERS, launch, openWindow } from "./browsers.mjs";
import { startFront } from "./front.mjs";
import { nothingWaits, sees } from "./person.mjs";
import { ask, newKey, serve } from "./servers.mjs";

const TYPING = 2_000;
const RELEASE = /page-[0-9a-f]{8}/;
const IS_PAGE = /^\/($|assets\/|sw\.js$|manifest|favicon)/;

// Turns a file of the page into that of the next release.
function next(path, text) {
    if (path === "/sw.js") return text.replace(RELEASE, "page-11111111");
    return path === "/" ? text.replace("<title>", `<meta name="release" content="next"><title>`) : text;
}

const release = (page) => page.evaluate(() => document.querySelector("meta[name=release]")?.content ?? "this");

// Runs in the page. Waits until the service worker controls the page.
async function isTaken() {
    const { controller, ready } = navigator.serviceWorker;
    await ready;
    if (!controller && !navigator.serviceWorker.controller) await new Promise((taken) => navigator.serviceWorker.addEventListener("controllerchange", taken));
}

for (const name of BROWSERS) {
    test(`in ${name}, a newer release takes over, and loses nothing that waits or is being typed`, { timeout: 90_000 }, async () => {
        const service = await serve(`release-${name}`);
        const front = await startFront();
        front.behind = service.url;
        const browser = await launch(name);
        try {
            await ask(service, "POST", "/todos", { todos: [{ title: "Milk", due: "today" }] });
            const before = (await ask(service, "GET", "/changes")).changes.length;
            const { page, seen } = await openWindow(browser);
            await page.goto(front.url);
            await sees(page, "Milk", ".row");
            await page.evaluate(isTaken);

            front.isLost = (path) => !IS_PAGE.test(path);
            await page.click(".tick");
            await page.focus("#add");
            await page.keyboard.type("Cheese");
            await page.keyboard.press("Enter");
            await sees(page, "2 changes wait");
            await page.keyboard.type("Bre");

            front.change = next;
            // Looks for a newer service worker, as the browser does by itself from time to time.
            await page.evaluate(async () => {
                const registration = await navigator.serviceWorker.getRegistration();
                const taken = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
                await registration.update();
                await taken;
            });
            await sleep(TYPING);
            assert.equal(await release(page), "this", "the page waits while somebody types");
            await page.keyboard.type("ad");
            assert.equal(await page.$eval("#add", ({ value }) => value), "Bread");
            await page.keyboard.press("Enter");
            await sees(page, "3 changes wait");
            await page.keyboard.press("Escape");

            await page.waitForSelector("meta[name=release]");
            await sees(page, "3 changes wait");
            await sees(page, "Bread", ".row");
            front.isLost = () => false;
            await page.evaluate(() => window.dispatchEvent(new Event("online")));
            await nothingWaits(page);
            const { changes } = await ask(service, "GET", "/changes");
            assert.deepEqual(changes.slice(0, changes.length - before).map(({ todos }) => todos.map(({ title }) => title).join()), ["Bread", "Cheese", "Milk"]);
            assert.deepEqual(seen.dialogs, []);
        } finally {
            await browser.driver.close();
            await front.stop();
            await service.end();
        }
    });

    test(`in ${name}, the cookie of a person goes to this host only, over https`, { timeout: 60_000 }, async () => {
        const front = await startFront({ isSecure: true });
        const service = await serve(`secure-${name}`, { auth: "api-key", environment: { PUBLIC_URL: front.url } });
        front.behind = service.url;
        const browser = await launch(name, { anyCertificate: true });
        try {
            const key = newKey(service, `secure in ${name}`);
            await ask(service, "POST", "/todos", { todos: [{ title: "Milk", due: "today" }] }, key);
            const { page, context } = await openWindow(browser);
            await page.goto(front.url);
            await page.waitForSelector("[name=key]");
            await page.type("[name=key]", key);
            await page.keyboard.press("Enter");
            await sees(page, "Milk");
            const [{ name: called, secure, httpOnly, sameSite, path, domain }, ...others] = await context.cookies();
            assert.deepEqual([called, secure, httpOnly, sameSite, path, domain], ["__Host-session", true, true, "Strict", "/", "127.0.0.1"]);
            assert.deepEqual(others, []);
            await page.reload();
            await sees(page, "Milk");
        } finally {
            await browser.driver.close();
            await front.stop();
            await service.end();
        }
    });
}
