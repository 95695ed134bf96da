// What a person does with a mouse: drags todos to another place, day or list, and changes several of them at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertQuiet, BROWSERS, launch, openWindow } from "./browsers.mjs";
import { sees } from "./person.mjs";
import { ask, serve } from "./servers.mjs";

const PATIENCE = 10_000;
const TITLES = ["Sand the floor", "Paint the door", "Order cement", "Measure the window"];

async function inWindow(name, body) {
    const service = await serve(`mouse-${name}`);
    const browser = await launch(name);
    try {
        await ask(service, "POST", "/todos", { todos: [...TITLES.map((title) => ({ title, list: "Work" })), { title: "Water the plants", list: "Garden", due: "tomorrow 9:00" }] });
        const window = await openWindow(browser);
        await body(service, window);
        assertQuiet(window, service.url);
    } finally {
        await browser.driver.close();
        await service.end();
    }
}

async function show(service, page, view) {
    await page.goto(`${service.url}/${view}`);
    await sees(page, "Garden", ".nav");
    await page.waitForSelector(".row");
}

// Waits until `look` returns the wanted value.
async function becomes(wanted, look) {
    const deadline = Date.now() + PATIENCE;
    let found = await look();
    while (JSON.stringify(found) !== JSON.stringify(wanted) && Date.now() < deadline) {
        await sleep(100);
        found = await look();
    }
    assert.deepEqual(found, wanted);
}

const titles = async (service, query) => (await ask(service, "GET", `/todos?${query}`)).todos.map(({ title }) => title);
const named = async (service, title) => (await ask(service, "GET", "/todos")).todos.find((todo) => todo.title === title);
const changes = async (service) => (await ask(service, "GET", "/changes")).changes.length;

// Returns the position of the first element that matches the selector and contains these words.
async function place(page, selector, words, at = 0.5) {
    await sees(page, words, selector);
    return page.evaluate(
        (selector, words, at) => {
            const { left, top, width, height } = [...document.querySelectorAll(selector)].find(({ innerText }) => innerText.includes(words)).getBoundingClientRect();
            return { x: left + width / 2, y: top + height * at };
        },
        selector,
        words,
        at,
    );
}

async function drag(page, title, to, end = () => page.mouse.up()) {
    const from = await place(page, ".row", title);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 10 });
    await end();
}

for (const name of BROWSERS) {
    test(`in ${name}, a todo is dragged to another place, list and day`, { timeout: 60_000 }, () =>
        inWindow(name, async (service, { page }) => {
            const [sand, paint, order, measure] = TITLES;
            const inOrder = () => titles(service, "list=Work&sort=list");
            await show(service, page, "?list=Work");
            await becomes(TITLES, inOrder);
            await drag(page, sand, await place(page, ".row", order, 0.8));
            await becomes([paint, order, sand, measure], inOrder);
            await drag(page, measure, await place(page, ".row", paint, 0.2));
            await becomes([measure, paint, order, sand], inOrder);
            assert.deepEqual(await page.$$eval(".row .title", (rows) => rows.map(({ textContent }) => textContent)), [measure, paint, order, sand]);

            // Escape ends the drag, and the todo does not move.
            const before = await changes(service);
            await drag(page, order, await place(page, ".nav a", "Garden"), () => page.keyboard.press("Escape"));
            await page.mouse.up();
            assert.equal(await page.$(".ghost"), null);
            assert.equal(await changes(service), before);

            await drag(page, order, await place(page, ".nav a", "Garden"));
            await sees(page, `Moved to Garden: ${order}`);
            await becomes("Garden", async () => (await named(service, order)).list);
            await drag(page, paint, await place(page, ".nav a", "Today"));
            await sees(page, `Moved to Today: ${paint}`);
            await becomes([paint], () => titles(service, "due=today"));

            // A todo that is dropped on a day keeps its time.
            await show(service, page, "?view=week");
            const { date } = (await ask(service, "GET", "/overview")).now;
            const later = new Date(Date.parse(date) + 3 * 86_400_000).toISOString().slice(0, 10);
            const { x, y } = await page.$eval(`.part[data-drop-day="${later}"]`, (part) => {
                const { left, top, width, height } = part.getBoundingClientRect();
                return { x: left + width / 2, y: top + height / 2 };
            });
            await drag(page, "Water the plants", { x, y });
            await becomes(`${later}T09:00`, async () => (await named(service, "Water the plants")).due);
            assert.equal(await changes(service), before + 3);
        }),
    );

    test(`in ${name}, three selected todos are moved with one change, and one undo takes it back`, { timeout: 60_000 }, () =>
        inWindow(name, async (service, { page }) => {
            await show(service, page, "?list=Work");
            const before = await changes(service);
            const click = async (selector, words) => {
                const { x, y } = await place(page, selector, words);
                await page.mouse.click(x, y);
            };
            await click(".head .tool", "Select");
            for (const title of TITLES.slice(0, 3)) await page.click(`.pick ::-p-aria([name="Select: ${title}"])`);
            await sees(page, "3 selected");
            await page.select(".select-bar [aria-label='Move to']", "Garden");
            await sees(page, "Moved to Garden: 3 todos");
            await becomes([TITLES[3]], () => titles(service, "list=Work"));
            assert.equal(await changes(service), before + 1);
            assert.equal(await page.$(".select-bar"), null);
            await click(".said button", "Undo");
            await sees(page, "Undone: 3 todos");
            await becomes(TITLES, () => titles(service, "list=Work&sort=list"));
            assert.equal(await changes(service), before + 2);
            // The page must show these todos too.
            await page.waitForFunction((count) => document.querySelectorAll(".row").length === count, { polling: 50 }, TITLES.length);
        }),
    );

    test(`in ${name}, a button sets the date of the selected todos`, { timeout: 60_000 }, () =>
        inWindow(name, async (service, { page }) => {
            await show(service, page, "?list=Work");
            await page.click(".head .tool[aria-pressed]");
            await page.click(`.pick ::-p-aria([name="Select: ${TITLES[0]}"])`);
            await page.type(".select-bar [aria-label='Date for all']", "tomorrow");
            await page.click(".select-bar form:focus-within button");
            await sees(page, "Date changed");
            await becomes(true, async () => Boolean((await named(service, TITLES[0])).due));
        }),
    );

    test(`in ${name}, two presses at once do not delete a list, and the menu stays`, { timeout: 60_000 }, () =>
        inWindow(name, async (service, { page }) => {
            await show(service, page, "?list=Work");
            await page.click(".list-tools summary");
            for (const at of [0.1, 0.5, 0.9]) {
                const { x, y } = await place(page, ".list-menu .danger", "Delete list", at);
                await page.mouse.click(x, y, { count: 2 });
                const cancel = await page.$(".setting-confirm button");
                if (cancel) await cancel.click();
                assert.ok(await page.$(".list-tools[open]"), `the menu is open after presses at ${at}`);
            }
            await page.click(".list-menu .danger");
            await sees(page, "4 open todos go with it.", ".list-menu");
            assert.equal((await titles(service, "list=Work")).length, TITLES.length);
            await page.click(".list-menu .danger");
            await becomes([], () => titles(service, "list=Work"));
        }),
    );
}
