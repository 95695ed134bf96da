// Without a network, the page opens, shows the list, and keeps what the person does. When the network is back, the
// service does each of these actions exactly once. In these tests, the server is stopped in place of the network.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BROWSERS, launch, openWindow } from "./browsers.mjs";
import { nothingWaits, sees } from "./person.mjs";
import { ask, serve } from "./servers.mjs";

const rows = (page) => page.evaluate(() => Object.fromEntries([...document.querySelectorAll(".row")].map((row) => [row.querySelector(".title").textContent, row.classList.contains("completed") ? "completed" : "open"])));
const tick = (page, title) => page.evaluate((title) => document.querySelector(`.tick[aria-label="Complete: ${title}"]`).click(), title);
const until = (page, title, status) =>
    page.waitForFunction(
        (title, status) => [...document.querySelectorAll(".row")].some((row) => row.querySelector(".title").textContent === title && row.classList.contains(status)),
        { polling: 50 },
        title,
        status,
    );

async function add(page, title) {
    await page.focus("#add");
    await page.keyboard.type(title);
    await page.keyboard.press("Enter");
    await sees(page, title, ".row");
}

describe("the page without a network", { concurrency: true }, () => {
    for (const name of BROWSERS) {
        test(`in ${name}, nothing is lost, and nothing is done twice`, { timeout: 120_000 }, async () => {
            const service = await serve(`offline-${name}`);
            const browser = await launch(name);
            try {
                await ask(service, "POST", "/todos", { todos: ["Milk", "Bread", "Flowers"].map((title) => ({ title, due: "today" })) });
                const before = (await ask(service, "GET", "/changes")).changes.length;
                const window = await openWindow(browser);
                const { page } = window;
                await page.goto(service.url);
                await sees(page, "Flowers");
                await page.evaluate(() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller ?? new Promise((taken) => navigator.serviceWorker.addEventListener("controllerchange", taken))).then(() => {}));

                await service.stop();
                await page.reload();
                await sees(page, "Flowers");
                await add(page, "Cheese");
                await tick(page, "Milk");
                await until(page, "Milk", "completed");
                await sees(page, "2 changes wait");
                await page.reload();
                await sees(page, "2 changes wait");
                assert.ok((await rows(page)).Cheese);

                const other = await window.newPage();
                await other.goto(service.url);
                await sees(other, "Cheese");
                await sees(other, "2 changes wait");
                await tick(other, "Bread");
                await sees(other, "3 changes wait");
                await page.bringToFront();
                await sees(page, "3 changes wait");

                await service.start();
                // A browser sends this event when it has a network again.
                await page.evaluate(() => window.dispatchEvent(new Event("online")));
                await nothingWaits(page);
                const { changes } = await ask(service, "GET", "/changes");
                const done = changes.slice(0, changes.length - before).map(({ todos }) => todos.map(({ title }) => title).join());
                assert.deepEqual(done.sort(), ["Bread", "Cheese", "Milk"]);
                const { todos } = await ask(service, "GET", "/todos?status=any");
                const statuses = Object.fromEntries(todos.map(({ title, status = "open" }) => [title, status]));
                assert.deepEqual(statuses, { Milk: "completed", Bread: "completed", Flowers: "open", Cheese: "open" });

                // With a network, the windows see each other's actions too.
                await add(page, "Honey");
                await other.bringToFront();
                await sees(other, "Honey");
                assert.deepEqual(window.seen.dialogs, []);
            } finally {
                await browser.driver.close();
                await service.end();
            }
        });
    }
});
