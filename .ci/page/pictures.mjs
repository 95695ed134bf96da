// Writes the pictures of the page for the documents: docs/pictures/page-{desk,phone}-{light,dark}.png. The todos are
// always the same, and their dates are near today. `just pictures` runs this file. `PICTURES` is the folder for the
// pictures.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch, openWindow } from "./browsers.mjs";
import { sees } from "./person.mjs";
import { makeSmall } from "./picture.mjs";
import { ask, newKey, serve } from "./servers.mjs";

const { PICTURES } = process.env;
const SIZES = { desk: { width: 1120, height: 760 }, phone: { width: 390, height: 780 } };
const OWN = [
    { title: "Send the tax papers", due: "2 days ago", priority: "urgent", list: "Home" },
    { title: "Put out the bins", due: "today", list: "Home", repeat: { unit: "week" } },
    { title: "Plan the party", due: "today", priority: "high", list: "Family", tags: ["phone"], steps: [{ title: "Guests", done: true }, { title: "Cake", done: true }, "Music"] },
    { title: "Read the contract", due: "today 23:30", list: "Work", notes: "The new clauses are on page 4." },
    { title: "Call mum", due: "tomorrow 17:00", list: "Family" },
    { title: "Book the dentist", due: "in 3 days", list: "Home" },
    { title: "Water the plants", due: "in 2 days", list: "Home" },
    { title: "Answer the letter of the bank", due: "in 5 days", list: "Work" },
    { title: "Learn the poem", list: "Family" },
];
const ASSISTANTS = [
    { title: "Order cement for the garden wall", due: "today", list: "Renovation" },
    { title: "Measure the kitchen window", due: "today", list: "Renovation" },
    { title: "Ask two painters for an offer", due: "tomorrow", list: "Renovation", priority: "high" },
];

const service = await serve("pictures", { auth: "api-key" });
try {
    const key = newKey(service, "Page", "ada");
    await ask(service, "PATCH", "/settings", { time_zone: "Europe/Berlin" }, key);
    await ask(service, "POST", "/todos", { todos: OWN }, key);
    await ask(service, "POST", "/todos", { todos: ASSISTANTS }, newKey(service, "ChatGPT", "ada"));
    mkdirSync(PICTURES, { recursive: true });
    for (const scheme of ["light", "dark"]) {
        for (const [place, size] of Object.entries(SIZES)) {
            const browser = await launch("chromium", { scheme, touch: place === "phone" });
            const { page } = await openWindow(browser, size);
            await page.goto(service.url);
            await page.waitForSelector("[name=key]");
            await page.type("[name=key]", key);
            await page.keyboard.press("Enter");
            await sees(page, "Measure the kitchen window");
            await sees(page, "ChatGPT");
            const file = join(PICTURES, `page-${place}-${scheme}.png`);
            await page.screenshot({ path: file });
            makeSmall(file);
            await browser.driver.close();
        }
    }
} finally {
    await service.end();
}
