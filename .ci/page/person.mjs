// A person in front of the page, with a finger or with the keys alone. Both find buttons and fields by the words on
// them. Both change the view with what this window has: a bar at the bottom, or a column at the side.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE = 10_000;
const MOST_TABS = 200;
const AROUND = ".bar, .nav";
const KEYS = { Today: "gt", "Next 7 days": "gw", Everything: "ga", Lists: "gl", History: "gh", Completed: "gc", Search: "/" };

// Runs in the page. Returns the first visible link, button or field inside `within` with this name. If `name` ends with
// "…", the text before it is only the beginning of the name.
function named(name, within) {
    const isNamed = (element) => {
        const label = element.labels?.[0]?.textContent;
        const words = (element.ariaLabel ?? label ?? element.textContent).replace(/\s+/g, " ").trim();
        return name.endsWith("…") ? words.startsWith(name.slice(0, -1)) : words === name;
    };
    const places = within.split(",").map((place) => `${place} :is(a, button, input, select, textarea, summary)`);
    return [...document.querySelectorAll(places)].find((element) => element.checkVisibility({ visibilityProperty: true }) && isNamed(element));
}

// Runs in the page. Returns the HTML of the element that covers the middle of this one, or "" if nothing covers it.
function above(element) {
    const { left, top, width, height } = element.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    const isReached = hit && (element.contains(hit) || hit.contains(element) || element.labels?.[0]?.contains(hit));
    return isReached ? "" : (hit?.outerHTML ?? "the edge of the window");
}

// Runs the function in the page again and again, until it returns a value.
async function waits(page, what, found, ...given) {
    try {
        return await page.waitForFunction(found, { timeout: PATIENCE, polling: 50 }, ...given);
    } catch (error) {
        const there = await page.evaluate(() => document.body.innerText.slice(0, 2000));
        throw new Error(`no ${what} (${error.message}): ${there}`);
    }
}

const thing = (page, name, within) => waits(page, `“${name}” in ${within}`, named, name, within);

const shows = async (page, name, within) => Boolean((await page.evaluateHandle(named, name, within)).asElement());

async function assertUncovered(page, name, handle) {
    const over = await page.evaluate(above, handle);
    assert.equal(over, "", `“${name}” is under something`);
}

// Waits until these words are on the page.
export function sees(page, words, within = "body") {
    const isThere = (words, within) => [...document.querySelectorAll(within)].some((element) => element.innerText.includes(words));
    return waits(page, `words “${words}” in ${within}`, isThere, words, within);
}

// Waits until the service has answered everything that the browser keeps.
export async function nothingWaits(page) {
    const count = async () => {
        const [{ name }] = await indexedDB.databases();
        const db = await new Promise((done) => (indexedDB.open(name).onsuccess = ({ target }) => done(target.result)));
        const request = db.transaction("waiting").objectStore("waiting").count();
        await new Promise((done) => (request.onsuccess = done));
        db.close();
        return request.result;
    };
    const deadline = Date.now() + PATIENCE;
    while ((await page.evaluate(count)) > 0) {
        assert.ok(Date.now() < deadline, "the browser sends what waits");
        await sleep(100);
    }
}

// The actions that are the same for a finger and for the keys.
function both(page, press) {
    const person = {
        press,
        view: async (name) => {
            const isHere = await shows(page, `${name}…`, AROUND);
            if (!isHere) await person.press("More", AROUND);
            await person.press(`${name}…`, isHere ? AROUND : "main");
        },
        type: (text) => page.keyboard.type(text),
        enter: () => page.keyboard.press("Enter"),
        // Writes at the end of the field, after the text that is there.
        write: async (name, text, within = "main") => {
            await person.reach(name, within);
            await page.keyboard.press("End");
            await page.keyboard.type(text);
        },
    };
    return person;
}

export function withFinger(page) {
    const person = both(page, async (name, within = "main") => {
        const handle = await thing(page, name, within);
        await handle.evaluate((element) => element.scrollIntoView({ block: "center", behavior: "instant" }));
        await assertUncovered(page, name, handle);
        await handle.tap();
    });
    return Object.assign(person, {
        reach: person.press,
        add: async (text) => {
            await person.press("Add a todo", (await shows(page, "Add a todo", ".bar")) ? ".bar" : "main");
            await page.keyboard.type(text);
            await person.press("Add");
        },
        open: (title) => person.press(title, ".row"),
        close: () => person.press("Close…", ".row"),
        tick: (title) => person.press(`Complete: ${title}`),
        // The line at the bottom can undo only the latest change. The history can undo every change.
        undo: async (titles) => {
            await person.view("History");
            for (const title of titles) {
                await person.press(`Undo: completed ${title}`);
                await thing(page, `Redo: completed ${title}`, "main");
            }
        },
    });
}

export function withKeys(page) {
    const person = both(page, async (name, within = "main") => {
        await person.reach(name, within);
        const isBox = await page.evaluate(() => document.activeElement.type === "checkbox");
        await page.keyboard.press(isBox ? " " : "Enter");
    });
    const { view } = person;
    const isAt = (handle) => page.evaluate((element) => element === document.activeElement, handle);
    const stepTo = async (title) => {
        const isHere = () => page.evaluate((title) => document.activeElement.matches(".title") && document.activeElement.textContent === title, title);
        await thing(page, title, ".row");
        // The keys `j` and `k` do not move the focus while it is in a field.
        await page.keyboard.press("Escape");
        for (let steps = 0; steps < MOST_TABS && !(await isHere()); steps++) await page.keyboard.press(steps < MOST_TABS / 2 ? "k" : "j");
        if (!(await isHere())) throw new Error(`the keys do not reach ${title}, but ${await page.evaluate(() => document.activeElement.outerHTML)}`);
        await assertUncovered(page, title, await page.evaluateHandle(() => document.activeElement));
    };
    return Object.assign(person, {
        reach: async (name, within = "main") => {
            const handle = await thing(page, name, within);
            // The Tab key must not go past the end of the page, because the focus would leave the page there.
            const isBefore = await page.evaluate((element) => Boolean(document.activeElement.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING), handle);
            if (isBefore) await page.keyboard.down("Shift");
            for (let tabs = 0; tabs < MOST_TABS && !(await isAt(handle)); tabs++) await page.keyboard.press("Tab");
            if (isBefore) await page.keyboard.up("Shift");
            if (!(await isAt(handle))) throw new Error(`the Tab key does not reach “${name}”`);
            await assertUncovered(page, name, handle);
        },
        view: async (name) => {
            if (!KEYS[name]) return view(name);
            await page.keyboard.press("Escape");
            for (const key of KEYS[name]) await page.keyboard.press(key);
        },
        add: async (text) => {
            await page.keyboard.press("n");
            await page.keyboard.type(text);
            await page.keyboard.press("Enter");
            await page.keyboard.press("Escape");
        },
        open: async (title) => {
            await stepTo(title);
            await page.keyboard.press("Enter");
        },
        close: () => page.keyboard.press("Escape"),
        tick: async (title) => {
            await stepTo(title);
            await page.keyboard.press(" ");
        },
        undo: async (titles) => {
            await page.keyboard.press("Escape");
            for (const title of titles) {
                await page.keyboard.press("u");
                await sees(page, `Undone: ${title}`);
            }
        },
    });
}
