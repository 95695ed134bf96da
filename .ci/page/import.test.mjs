// Imports todos from a file. The page first shows a preview, one undo takes back the whole import, and an interrupted
// import goes on.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { assertQuiet, BROWSERS, launch, openWindow } from "./browsers.mjs";
import { barriers, looks, photograph } from "./looks.mjs";
import { sees, withKeys } from "./person.mjs";
import { ask, serve } from "./servers.mjs";

const HOME = "# Home\n\n- [ ] Paint\n- [x] Clean\n";
const MANY = Array.from({ length: 2_000 }, (_, at) => `- [ ] Todo ${at}\n`).join("");
const folder = mkdtempSync(join(tmpdir(), "todo-action-import-"));
const file = (name, text) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
};
after(() => rmSync(folder, { recursive: true }));

// Runs in the page. Drops a file on the page, as if it came from another program.
function drop(name, text) {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], name));
    const main = document.querySelector("main");
    for (const type of ["dragover", "drop"]) main.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
}

// The page loads the part that accepts dropped files only after the first view.
const takesFiles = (page) => page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("/assets/own-")), { polling: 50 });

// On a busy machine, an import of thousands of todos can take long.
const result = (page, words) => page.waitForFunction((words) => document.querySelector(".import [role=status]")?.textContent.includes(words), { timeout: 60_000, polling: 100 }, words);

const titles = async (service) => (await ask(service, "GET", "/todos?status=any&limit=100")).todos.filter(({ status }) => status !== "deleted").map(({ title }) => title).sort();

async function inWindow(name, body) {
    const service = await serve(`import-${name}`);
    const browser = await launch(name);
    const window = await openWindow(browser);
    try {
        await body({ service, page: window.page, person: withKeys(window.page) });
        // These two complaints are expected: the page repeats a request after status 503 or without a connection.
        window.seen.complaints = window.seen.complaints.filter((text) => !/\b503\b|ERR_INTERNET_DISCONNECTED/.test(text));
        assertQuiet(window, service.url);
    } finally {
        await browser.driver.close();
        await service.end();
    }
}

for (const name of BROWSERS) {
    test(`in ${name}, a dropped file is shown first, then imported with the keys, and undone from the history`, { timeout: 90_000 }, () =>
        inWindow(name, async ({ service, page, person }) => {
            await page.goto(service.url);
            await takesFiles(page);
            await page.evaluate(drop, "Home.md", HOME);
            await sees(page, "2 todos", ".import [role=status]");
            await sees(page, "Paint", ".import-first");
            assert.deepEqual(await titles(service), [], "nothing is imported yet");
            assert.deepEqual([...(await looks(page)), ...(await barriers(page))], []);
            await photograph(page, `import-${name}-preview`);
            await person.press("Import");
            await result(page, "Added 2 todos");
            assert.deepEqual(await titles(service), ["Clean", "Paint"]);
            await person.view("History");
            await sees(page, "mported 2 todos from Home.md", ".change");
            await person.press("Undo: imported 2 todos");
            await result(page, "Undone: 2 todos.");
            assert.deepEqual(await titles(service), []);
        }));

    test(`in ${name}, a chosen file is imported into another list, and after a reload in the middle it goes on`, { timeout: 120_000 }, () =>
        inWindow(name, async ({ service, page, person }) => {
            await page.goto(`${service.url}/?view=settings`);
            const field = await page.waitForSelector("input[type=file]");
            await field.uploadFile(file(`Work in ${name}.md`, MANY));
            await sees(page, "2,000 todos", ".import [role=status]");
            await page.select(".import select", "Inbox");
            await person.press("Import");
            await sees(page, "of 2,000 todos", ".import [role=status]");
            await page.reload();
            await sees(page, "It stopped at", ".setting-list");
            await person.view("Today");
            await sees(page, "stopped at", ".notice");
            await person.press("Go on");
            await result(page, "Added 2,000 todos");
            assert.equal((await ask(service, "GET", "/todos?list=Inbox&limit=1")).total, 2_000);
            await person.press("Undo import");
            await result(page, "Undone: 2,000 todos.");
            assert.deepEqual(await titles(service), []);
        }));
}

test("without a connection, the page says that an import needs one, and reads the file later", { timeout: 60_000 }, () =>
    inWindow("chromium", async ({ service, page, person }) => {
        await page.goto(service.url);
        await takesFiles(page);
        await page.setOfflineMode(true);
        await page.evaluate(drop, "Home.md", HOME);
        await sees(page, "This needs a connection", ".import");
        await page.setOfflineMode(false);
        await person.press("Try again");
        await sees(page, "2 todos", ".import [role=status]");
        await person.press("Cancel");
    }));
