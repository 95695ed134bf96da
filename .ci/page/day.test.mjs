// A whole day of a person, with a finger or with the keys alone, in every width and both schemes. Each view must look
// right, and everybody must be able to use it. At the end, the service must have what the person did. `DAYS=all` tries
// every width in both schemes, with finger and keys, in each browser. Otherwise, each browser tries each width, each
// scheme, the finger and the keys at least once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, BROWSERS, launch, openWindow } from "./browsers.mjs";
import { barriers, looks, photograph } from "./looks.mjs";
import { sees, withFinger, withKeys } from "./person.mjs";
import { ask, newKey, serve } from "./servers.mjs";

const SIZES = [
    { width: 320, height: 568 },
    { width: 390, height: 844 },
    { width: 768, height: 1024 },
    { width: 1280, height: 800 },
    { width: 1920, height: 1080 },
];
const SCHEMES = ["light", "dark"];
const MEANS = [
    { means: "a finger", who: withFinger, touch: true },
    { means: "the keys", who: withKeys, touch: false },
];
const TWENTY = [
    "Buy milk #Shopping",
    "Buy bread #Shopping",
    "Buy flowers #Shopping @mum",
    "Call the plumber tomorrow 9:00 #Renovation @phone !high",
    "Order the cement tomorrow #Renovation",
    "Measure the window #Renovation !low",
    "Paint the door in 1 week #Renovation",
    "Send the tax papers today !urgent",
    "Book the dentist @phone",
    "Put out the bins",
    "Water the plants",
    "Read the contract tomorrow 17:00 #Work",
    "Write the report in 3 days #Work !high",
    "Answer the letter #Work",
    "Plan the party in 2 weeks",
    "Invite the guests in 10 days",
    "Learn the poem",
    "Repair the bicycle",
    "Return the books tomorrow #Library",
    "Renew the passport",
];
// Three todos that the person ticks by mistake.
const TICKED = ["Buy milk", "Buy bread", "Buy flowers"];
let service;

before(async () => {
    service = await serve("day", { auth: "api-key" });
});
after(() => service.end());

const all = SIZES.flatMap((size) => SCHEMES.flatMap((scheme) => MEANS.map((means) => ({ ...size, scheme, ...means }))));

// Returns one day for each width. Each scheme occurs with the finger and with the keys. The second browser does the
// opposite.
const few = (at) => SIZES.map((size, i) => ({ ...size, scheme: SCHEMES[(i + at) % 2], ...MEANS[(Math.floor(i / 2) + at) % 2] }));

BROWSERS.forEach((name, at) => {
    for (const one of process.env.DAYS === "all" ? all : few(at)) {
        const title = `in ${name}, at ${one.width} px, ${one.scheme}, a person does a whole day with ${one.means}`;
        test(title, { timeout: 120_000 }, () => wholeDay(name, one, title));
    }
});

async function wholeDay(name, { width, height, scheme, means, who, touch }, title) {
    const key = newKey(service, title);
    const browser = await launch(name, { scheme, touch });
    const picture = (page, what) => photograph(page, `day-${name}-${width}-${scheme}-${means.replace(" ", "-")}-${what}`);
    try {
        const window = await openWindow(browser, { width, height });
        const found = new Set();
        const look = async (what) => {
            const wrong = [...(await looks(window.page, touch)), ...(await barriers(window.page))];
            wrong.forEach((fault) => found.add(`${what}: ${fault}`));
            await picture(window.page, what);
        };
        await day(window.page, who(window.page), key, look).catch(async (error) => {
            await picture(window.page, "failed");
            throw error;
        });
        await assertDone(key);
        assertQuiet(window, service.url);
        assert.deepEqual([...found], []);
    } finally {
        await browser.driver.close();
    }
}

async function day(page, person, key, look) {
    await page.goto(service.url);
    await sees(page, "Sign in");
    await look("signed-out");
    await person.write("API key", key);
    await person.press("Sign in");
    await sees(page, "Is your time zone Europe/Berlin?");
    await look("first-visit");
    await person.press("Yes, use it");
    for (const text of TWENTY) await person.add(text);
    await sees(page, "Renew the passport", ".row");
    await look("today");
    await plan(page, person, look);
    await edit(page, person, look);

    await person.view("Search");
    await page.waitForFunction(() => document.activeElement.id === "search");
    await person.write("Search", "the plumber");
    await sees(page, "1 todo");
    await look("search");
    await person.undo(TICKED.toReversed());
    await person.view("History");
    await sees(page, "Buy milk");
    await look("history");
    await person.view("Settings");
    await look("settings");
    await person.press("Sign out");
    await sees(page, "You will need your key to come back.");
    await person.press("Sign out");
    await sees(page, "Your todos are safe.");
    await sees(page, "Your todos, kept by your assistant");
}

async function plan(page, person, look) {
    await person.view("Today");
    await person.open("Book the dentist");
    await person.press("Date…", ".row.open");
    await person.write("Date in words", "friday 17:00");
    await look("a-date");
    await person.enter();
    await person.close();
    await person.tick("Water the plants");
    await sees(page, "Completed: Water the plants");
    await person.open("Put out the bins");
    await person.press("Repeat", ".row.open");
    await look("a-repetition");
    await person.press("Weekly", ".panel");
    await sees(page, "Repetition changed");
    await person.close();
}

async function edit(page, person, look) {
    await person.view("Everything");
    await sees(page, "Learn the poem");
    await look("everything");
    await person.open("Learn the poem");
    await person.write("Title", " by heart", ".row.open");
    await person.enter();
    await sees(page, "Renamed: Learn the poem by heart");
    await person.write("Notes", "It is on https://example.com/poem", ".row.open");
    for (const step of ["First verse", "Second verse"]) {
        await person.write("Add a step", step, ".row.open");
        await person.enter();
        await sees(page, `Step added: Learn the poem by heart`);
    }
    await person.press("Complete step: First verse", ".row.open");
    await look("an-open-todo");
    await person.press("List: Inbox", ".row.open");
    await person.press("Library", ".panel");
    await sees(page, "Moved to Library");
    await person.close();
    for (const title of TICKED) await person.tick(title);
    await sees(page, "Completed: Buy flowers");
}

// Reads the todos as another program with the same key, and checks them.
async function assertDone(key) {
    const { todos } = await ask(service, "GET", "/todos?status=any&limit=100", undefined, key);
    const by = Object.fromEntries(todos.map((todo) => [todo.title, todo]));
    assert.equal(todos.length, TWENTY.length);
    assert.equal((await ask(service, "GET", "/settings", undefined, key)).settings.time_zone, "Europe/Berlin");
    assert.match(by["Book the dentist"].due, /T17:00$/);
    assert.equal(by["Water the plants"].status, "completed");
    assert.deepEqual(by["Put out the bins"].repeat, { unit: "week" });
    const { list, notes, steps } = by["Learn the poem by heart"];
    assert.deepEqual([list, notes], ["Library", "It is on https://example.com/poem"]);
    assert.deepEqual(steps.map(({ title, done }) => [title, done ?? false]), [["First verse", true], ["Second verse", false]]);
    assert.deepEqual(TICKED.map((title) => by[title].status ?? "open"), ["open", "open", "open"]);
}
