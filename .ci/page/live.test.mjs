// The page shows the changes of other programs by itself. The page asks only while somebody can see it, and not often.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, test } from "node:test";
import { assertQuiet, BROWSERS, launch, openWindow } from "./browsers.mjs";
import { ask, serve } from "./servers.mjs";

const PAUSE = 5_000;
// The additional time for the request, and for a busy machine.
const SLACK = 2_000;
const WATCHED = 30_000;
const AWAY = 12_000;

const shows = (page, title, timeout) => page.waitForFunction((title) => document.querySelector("main")?.textContent.includes(title), { timeout, polling: 50 }, title);

// Each browser has a server of its own, so that a test can count the requests. The tests of the browsers run at the
// same time.
describe("the page is live", { concurrency: true }, () => {
    for (const name of BROWSERS) {
        test(`in ${name}, it shows the changes of others, and asks nothing while nobody looks`, { timeout: 120_000 }, async () => {
            const service = await serve(`live-${name}`);
            const browser = await launch(name);
            const add = (title) => ask(service, "POST", "/todos", { todos: [{ title, due: "today" }] });
            try {
                await add("Water the plants");
                const window = await openWindow(browser);
                const { page, seen } = window;
                await page.goto(service.url);
                await shows(page, "Water the plants");
                // The row stays the same element all the time: there is no reload and no flicker.
                await page.evaluate(() => {
                    const row = document.querySelector(".row");
                    window.flickers = 0;
                    new MutationObserver(() => row.isConnected || window.flickers++).observe(document.body, { childList: true, subtree: true });
                });
                for (const title of ["Buy milk", "Buy bread"]) {
                    await add(title);
                    await shows(page, title, PAUSE + SLACK);
                }
                assert.equal(await page.evaluate(() => window.flickers), 0);

                seen.asked.length = 0;
                await sleep(WATCHED);
                const asked = seen.asked.length;
                assert.ok(asked >= 3 && asked <= WATCHED / PAUSE + 1, `${asked} requests in ${WATCHED / 1000} s: ${seen.asked}`);

                const front = await window.newPage();
                await front.bringToFront();
                await page.waitForFunction(() => document.visibilityState === "hidden", { polling: 50 });
                seen.asked.length = 0;
                await add("Call the plumber");
                await sleep(AWAY);
                assert.deepEqual(seen.asked, []);
                await page.bringToFront();
                // The page asks at once, and does not wait for the end of the pause.
                await shows(page, "Call the plumber", SLACK);
                assert.equal(await page.evaluate(() => window.flickers), 0);
                assertQuiet(window, service.url);
            } finally {
                await browser.driver.close();
                await service.end();
            }
        });
    }
});
