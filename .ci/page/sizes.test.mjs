// Every view of the page, on small and large windows, in both schemes and in both browsers.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, BROWSERS, launch, openWindow, resize } from "./browsers.mjs";
import { barriers, looks, photograph } from "./looks.mjs";
import { ask, serve } from "./servers.mjs";

const WIDTHS = [320, 390, 768, 1280, 1920];
// At these widths, axe checks the page too. Its findings depend on the scheme and the view, and hardly on the width.
const EXAMINED = [390, 1280];
const VIEWS = ["", "?view=week", "?view=all", "?list=Renovation", "?q=the", "?view=completed", "?view=deleted", "?view=history", "?view=lists", "?view=settings", "?view=import"];
const LONG = "Ask the people of the Donaudampfschifffahrtsgesellschaft whether https://example.com/a-very-long-address-without-a-space-that-nobody-can-read is still right";
let service, open;

before(async () => {
    service = await serve("sizes");
    const { todos } = await ask(service, "POST", "/todos", {
        todos: [
            { title: "Send the tax papers", due: "2 days ago", priority: "urgent", list: "Home" },
            { title: "Put out the bins", due: "today", repeat: { unit: "week", weekdays: ["mon", "thu"] }, list: "Home" },
            { title: LONG, due: "today 23:58", priority: "high", tags: ["a-tag-that-is-rather-long", "phone"], list: "Renovation", notes: `${LONG}\n\n${LONG}` },
            { title: "Plan the party", due: "today", steps: [{ title: "Guests", done: true }, LONG, "Music"], list: "A list with a name that is much too long for any column" },
            { title: "اتصل بطبيب الأسنان (the dentist)", due: "tomorrow 17:00" },
            { title: "Order the cement", due: "in 3 days", list: "Renovation" },
            { title: "Measure the window", list: "Renovation", priority: "low" },
            { title: "Gone", list: "Renovation" },
            { title: "Water the plants" },
            { title: "Learn the poem" },
        ],
    });
    await ask(service, "PATCH", `/todos/${todos[9].id}`, { status: "completed" });
    await ask(service, "DELETE", `/todos/${todos[7].id}`);
    // An open todo shows all its fields.
    open = `?list=Renovation&todo=${todos[2].id}`;
});
after(() => service.end());

for (const name of BROWSERS) {
    for (const scheme of ["light", "dark"]) {
        test(`in ${name}, ${scheme}, every view fits its window, and everybody can use it`, { timeout: 120_000 }, async () => {
            const browser = await launch(name, { scheme });
            try {
                const window = await openWindow(browser);
                const { page } = window;
                const found = new Set();
                for (const view of [...VIEWS, open]) {
                    await page.goto(`${service.url}/${view}`);
                    await page.waitForSelector("h1");
                    await page.waitForFunction(() => document.querySelector("main")?.textContent.includes("Loading") === false);
                    for (const width of WIDTHS) {
                        await resize(browser, page, width);
                        const wrong = [...(await looks(page)), ...(EXAMINED.includes(width) ? await barriers(page) : [])];
                        wrong.forEach((what) => found.add(`${view} at ${width} px: ${what}`));
                        await photograph(page, `page-${name}-${scheme}-${width}-${view.replace(/\W+/g, "-").slice(1, 12)}`);
                    }
                }
                assert.deepEqual([...found], []);
                const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
                assert.equal(ground.every((part) => part < 128), scheme === "dark");
                assertQuiet(window, service.url);
            } finally {
                await browser.driver.close();
            }
        });
    }
}
