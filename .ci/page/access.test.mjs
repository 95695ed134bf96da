// Signing in and out, with API keys and at the certified OpenID provider. After a sign-out, the browser keeps nothing
// of the person.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { startProvider } from "../assistants/provider.mjs";
import { freePort } from "../assistants/service.mjs";
import { assertQuiet, BROWSERS, launch, openWindow } from "./browsers.mjs";
import { sees, withFinger } from "./person.mjs";
import { ask, keepSecret, newKey, serve } from "./servers.mjs";

const START = "Your todos, kept by your assistant";
const PEOPLE = { ada: { password: keepSecret(randomBytes(24).toString("base64url")), claims: { email: "ada@example.com", email_verified: true } } };
let withKeys, withPeople, provider;

before(async () => {
    withKeys = await serve("keys", { auth: "api-key" });
    const port = await freePort();
    const client = { client_id: "todo", token_endpoint_auth_method: "none", redirect_uris: [`http://127.0.0.1:${port}/oauth/callback`] };
    provider = await startProvider(process.env.TOOLS, [client], PEOPLE, true);
    const environment = { OAUTH_ISSUER: provider.issuer, OAUTH_CLIENT_ID: "todo", OAUTH_PEOPLE: "example.com" };
    withPeople = await serve("people", { auth: "oauth", port, environment });
});
after(async () => {
    await withKeys.end();
    await withPeople.end();
    await provider.stop();
});

// Runs in the page. Returns everything that the browser keeps of the person.
async function kept() {
    const found = [];
    for (const { name } of await indexedDB.databases()) {
        const db = await new Promise((done) => (indexedDB.open(name).onsuccess = ({ target }) => done(target.result)));
        for (const store of db.objectStoreNames) {
            const request = db.transaction(store).objectStore(store).getAll();
            await new Promise((done) => (request.onsuccess = done));
            found.push(...request.result.map((value) => `${store}: ${JSON.stringify(value)}`));
        }
        db.close();
    }
    for (const name of await caches.keys()) {
        const requests = await (await caches.open(name)).keys();
        found.push(...requests.map(({ url }) => new URL(url).pathname).filter((path) => !/^\/($|assets\/|manifest)/.test(path)));
    }
    return [...found, ...Object.entries({ ...localStorage, ...sessionStorage }).map((entry) => entry.join(": ")), document.cookie].filter(Boolean);
}

// Returns the cookie of the session. Over https, its name would begin with `__Host-`.
const session = async ({ context }) => (await context.cookies()).find(({ name }) => name === "session");

// Asserts that the browser keeps none of these words, and no session.
async function assertForgotten(window, words) {
    const left = (await window.page.evaluate(kept)).join("\n");
    for (const word of words) assert.ok(!left.includes(word), `the browser still keeps “${word}”: ${left}`);
    assert.equal(await session(window), undefined);
}

async function inWindow(name, body) {
    const browser = await launch(name, { touch: true });
    const window = await openWindow(browser, { width: 390, height: 844 });
    try {
        await body(window, withFinger(window.page));
    } finally {
        await browser.driver.close();
    }
}

for (const name of BROWSERS) {
    test(`in ${name}, an API key opens the list, and signing out forgets everything`, { timeout: 60_000 }, () =>
        inWindow(name, async (window, person) => {
            const { page, seen } = window;
            const key = newKey(withKeys, `keeps in ${name}`);
            await ask(withKeys, "POST", "/todos", { todos: [{ title: "Buy milk", due: "today" }] }, key);
            await page.goto(withKeys.url);
            await sees(page, START);
            await person.write("API key", "todo_thisisnokey");
            await person.press("Sign in");
            await sees(page, "This key is not right");
            // Browsers report the refused request as an error.
            seen.complaints.length = 0;

            await person.press("API key");
            await page.$eval("[name=key]", (field) => field.select());
            await person.type(key);
            await person.press("Keep me signed in on this device");
            await person.press("Sign in");
            await sees(page, "Buy milk");
            const { httpOnly, sameSite, expires } = await session(window);
            assert.deepEqual([httpOnly, sameSite], [true, "Strict"]);
            assert.ok(expires > Date.now() / 1000 + 24 * 3600, "the cookie outlives the browser");
            assert.ok(!(await page.evaluate(kept)).join().includes(key), "no script can read the key");
            await page.reload();
            await sees(page, "Buy milk");
            assertQuiet(window, withKeys.url);
            await withKeys.stop();
            await person.view("Settings");
            await sees(page, "No connection");
            const signOut = async (page, person) => {
                await person.press("Sign out");
                await sees(page, "You will need your key");
                await person.press("Sign out");
            };
            await signOut(page, person);
            await sees(page, "Signing out needs a connection");
            await withKeys.start();
            // The person signs out in another window, and this window must be signed out too.
            const other = await window.newPage();
            await other.goto(`${withKeys.url}/?view=settings`);
            await sees(other, "Save a copy");
            await signOut(other, withFinger(other));
            await sees(other, "You are signed out. Your todos are safe.");
            await sees(other, START);
            await page.bringToFront();
            await sees(page, START);
            await assertForgotten(window, ["Buy milk", key]);
            await page.reload();
            await sees(page, START);
        }));

    test(`in ${name}, what was done after a session had ended is sent after the next one has begun`, { timeout: 60_000 }, () =>
        inWindow(name, async (window, person) => {
            const { page, context } = window;
            const key = newKey(withKeys, `ends in ${name}`);
            const signIn = async () => {
                await person.write("API key", key);
                await person.press("Sign in");
            };
            await page.goto(withKeys.url);
            await signIn();
            await sees(page, "Nothing is due today");
            const { expires } = await session(window);
            assert.ok(expires <= 0, "without “keep”, the cookie ends with the browser");
            await context.deleteCookie(await session(window));
            await person.add("Buy bread");
            await sees(page, "1 change is kept in this browser");
            await signIn();
            await sees(page, "Buy bread", ".row");
            for (let tries = 0; tries < 50 && (await ask(withKeys, "GET", "/changes", undefined, key)).changes.length === 0; tries++) await new Promise((next) => setTimeout(next, 100));
            const { changes } = await ask(withKeys, "GET", "/changes", undefined, key);
            assert.deepEqual(changes.map(({ todos }) => todos[0].title), ["Buy bread"]);
        }));

    test(`in ${name}, ada signs in at the provider, sees this page among the programs, and signs out`, { timeout: 60_000 }, () =>
        inWindow(name, async (window, person) => {
            const { page, seen } = window;
            await page.goto(`${withPeople.url}/?view=all`);
            await sees(page, START);
            await person.press("Sign in");
            await page.waitForSelector("[name=password]");
            assert.equal(new URL(page.url()).origin, provider.issuer);
            await page.type("[name=name]", "ada");
            await page.type("[name=password]", PEOPLE.ada.password);
            await page.click("button");
            await sees(page, "Everything", "h1");
            // The pages of the provider have no icon, and browsers report this as an error.
            seen.complaints.length = 0;
            assert.equal(new URL(page.url()).search, "?view=all", "where she began");
            await person.add(`Buy flowers with ${name}`);
            await sees(page, `Buy flowers with ${name}`, ".row");
            const cookie = await session(window);
            keepSecret(cookie.value);
            assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, "Strict"]);
            await person.view("Settings");
            await sees(page, "Web page", ".setting-list");
            await person.press("Sign out");
            await sees(page, START);
            await assertForgotten(window, ["Buy flowers", cookie.value]);
            assert.deepEqual(seen.complaints, []);
            const others = seen.asked.filter((url) => ![withPeople.url, provider.issuer].includes(new URL(url).origin));
            assert.deepEqual(others, []);
        }));
}
