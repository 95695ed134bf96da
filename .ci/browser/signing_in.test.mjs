// These tests open the pages of the sign-in in a real browser. The pages are the snapshots of the tests in
// src/api/oauth/page.rs. Each snapshot is a whole answer with its real headers. Environment variables: `PAGES` is the
// folder of page.css and of the snapshots. `TOOLS` is the folder of the installed npm packages. `SCREENSHOTS` is the
// folder for screenshots.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";

const { PAGES, TOOLS, SCREENSHOTS } = process.env;
const require = createRequire(`${resolve(TOOLS)}/`);
const { chromium } = require("playwright-core");
const axe = require("axe-core").source;

const CHROMIUMS = ["chromium", "chromium-browser", "google-chrome"];
const WIDTHS = [320, 1280];
const SCHEMES = ["light", "dark"];
const STYLE = readFileSync(join(PAGES, "page.css"), "utf8");
const answers = new Map(readdirSync(join(PAGES, "snapshots")).map(answer));
const NAMES = [...answers.keys()];
const CONSENTS = NAMES.filter((name) => name.startsWith("consent"));
const posted = [];
// `afterForm` is the name of the page that answers a form.
let browser, server, base, afterForm;

// Reads a snapshot. A snapshot contains metadata of the crate insta between two lines `---`, then the status, the
// headers, an empty line, and the page.
function answer(file) {
    const text = readFileSync(join(PAGES, "snapshots", file), "utf8").split("\n---\n").slice(1).join("\n---\n");
    const [head, ...page] = text.split("\n\n");
    const [status, ...headers] = head.split("\n");
    const html = page.join("\n\n").replace("{{style}}", () => STYLE);
    const pairs = headers.map((header) => [header.split(": ", 1)[0], header.slice(header.indexOf(": ") + 2)]);
    return [file.match(/__([a-z-]+)\.snap$/)[1], { status: Number(status), headers: Object.fromEntries(pairs), html }];
}

// Answers the path `/NAME` with the page of this name, and remembers each form that the browser sends.
async function serve(request, response) {
    if (request.method === "POST") {
        let body = "";
        for await (const piece of request) body += piece;
        posted.push({ path: request.url, headers: request.headers, fields: Object.fromEntries(new URLSearchParams(body)) });
    }
    const page = answers.get(request.method === "POST" ? afterForm : request.url.slice(1));
    return page ? response.writeHead(page.status, page.headers).end(page.html) : response.writeHead(404).end();
}

before(async () => {
    const which = execFileSync("sh", ["-c", `for name in ${CHROMIUMS.join(" ")}; do command -v $name && break; done`]);
    browser = await chromium.launch({ executablePath: which.toString().trim(), args: ["--no-sandbox", "--disable-gpu"] });
    mkdirSync(SCREENSHOTS, { recursive: true });
    server = createServer(serve);
    await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
    base = `http://127.0.0.1:${server.address().port}`;
});
after(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
});

// Opens a page, and records the errors and warnings of the browser, the requests, and the addresses of refreshes. The
// browser cannot leave the page: the test stops each request to another address.
async function open(name, options = {}) {
    posted.length = 0;
    afterForm = "stopped";
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const seen = { complaints: [], asked: [], refreshed: [] };
    const isOwn = (url) => new URL(url).origin === base;
    await page.route((url) => !isOwn(url.href), (route) => route.fulfill({ status: 204 }));
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && seen.complaints.push(message.text()));
    page.on("pageerror", (error) => seen.complaints.push(String(error)));
    page.on("request", (request) => seen.asked.push(request.url()));
    const debug = await context.newCDPSession(page);
    await debug.send("Page.enable");
    debug.on("Page.frameScheduledNavigation", ({ url, reason }) => reason === "metaTagRefresh" && seen.refreshed.push(url));
    const answered = await page.goto(`${base}/${name}`);
    assert.equal(answered.status(), answers.get(name).status);
    return { page, context, seen };
}

// The tests expect two kinds of messages. The browser logs the status of an error page. And without a click, the
// browser opens an app only once, and logs that it refuses to open the app a second time.
const EXPECTED = /the server responded with a status of 4|Not allowed to launch 'cursor:.*because a user gesture is required/;
const unexpected = (complaints) => complaints.filter((text) => !EXPECTED.test(text));

for (const name of NAMES) {
    for (const width of WIDTHS) {
        for (const colorScheme of SCHEMES) {
            test(`${name} at ${width} px, ${colorScheme}, asks nobody else, complains of nothing, and everybody can use it`, async () => {
                const { page, context, seen } = await open(name, { viewport: { width, height: 720 }, colorScheme });
                await page.screenshot({ path: `${SCREENSHOTS}/${name}-${width}-${colorScheme}.png`, fullPage: true });
                const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
                assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
                const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).every((part) => part < 128));
                assert.equal(dark, colorScheme === "dark");
                await page.evaluate(`${axe}; undefined`);
                const rules = { "meta-refresh": { enabled: false } };
                const { violations, passes } = await page.evaluate((rules) => window.axe.run({ rules }), rules);
                assert.deepEqual(violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html)}`), []);
                assert.ok(passes.some((rule) => rule.id === "color-contrast"), "the colours were looked at");
                assert.deepEqual(unexpected(seen.complaints), []);
                if (!name.startsWith("goes-on")) assert.deepEqual(seen.asked, [`${base}/${name}`]);
                await context.close();
            });
        }
    }
}

test("with the keyboard, Deny comes before Allow, the focus is visible, and Enter alone decides nothing", async () => {
    const { page, context } = await open("consent-this-computer", { viewport: { width: 320, height: 720 } });
    await page.keyboard.press("Enter");
    await page.keyboard.press("Space");
    assert.equal(await page.evaluate(() => document.activeElement === document.body), true);
    const reached = [];
    for (let times = 0; times < 4; times += 1) {
        await page.keyboard.press("Tab");
        reached.push(await page.evaluate(() => {
            const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
            return `${document.activeElement.textContent}, ${outlineStyle} ${outlineWidth}`;
        }));
    }
    assert.deepEqual(reached, ["Not you?", "Deny", "Allow", "Privacy policy"].map((text) => `${text}, solid 3px`));
    assert.deepEqual(posted, []);
    await page.getByRole("button", { name: "Allow" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("This sign-in is over").waitFor();
    assert.deepEqual(posted.map(({ fields }) => fields.decision), ["allow"]);
    await context.close();
});

for (const [button, decision] of [["Allow", "allow"], ["Deny", "deny"], ["Not you?", "switch"]]) {
    test(`${button} sends the decision, the request and the token to this service`, async () => {
        for (const [name, path] of [["consent-known", "/prod/oauth/consent"], ["consent-claimed", "/oauth/consent"]]) {
            const { page, context, seen } = await open(name);
            await page.getByRole("button", { name: button }).click();
            await page.getByText("This sign-in is over").waitFor();
            assert.deepEqual(posted.map(({ path, fields }) => ({ path, fields })), [
                { path, fields: { request: "request-1", form_token: "token-1", decision } },
            ]);
            assert.equal(posted[0].headers["sec-fetch-site"], "same-origin");
            assert.equal(posted[0].headers.referer, undefined);
            // The header is "null" because of the page's Referrer-Policy (Fetch Standard, section 3.2).
            assert.equal(posted[0].headers.origin, "null");
            assert.deepEqual(unexpected(seen.complaints), []);
            await context.close();
        }
    });
}

test("the policy lets a form go to no other site, and lets no script and no other style in", async () => {
    const { page, context, seen } = await open("consent-known");
    await page.evaluate(() => {
        for (const name of ["script", "style"]) {
            const element = document.createElement(name);
            element.textContent = name === "script" ? "window.intruded = true" : "body { width: 7px }";
            document.body.append(element);
        }
        document.forms[0].action = "https://evil.example/";
        document.forms[0].requestSubmit();
    });
    await page.waitForTimeout(200);
    assert.equal(await page.evaluate(() => window.intruded ?? document.body.offsetWidth === 7), false);
    assert.equal(seen.complaints.length, 3, seen.complaints.join("\n"));
    assert.deepEqual(seen.asked, [`${base}/consent-known`]);
    await context.close();
});

test("no other page shows these pages in a frame", async () => {
    const { page, context } = await open("consent-known");
    // The page with the frames has the same origin, because Chromium does not let a foreign page show a page of this
    // machine.
    await page.route(`${base}/frames`, (route) => {
        const frames = NAMES.map((name) => `<iframe src="/${name}"></iframe>`);
        return route.fulfill({ contentType: "text/html", body: frames.join("") });
    });
    await page.goto(`${base}/frames`);
    await page.waitForTimeout(500);
    const frames = page.frames().slice(1);
    const shown = await Promise.all(frames.map((frame) => frame.evaluate(() => document.URL)));
    assert.deepEqual(shown, NAMES.map(() => "chrome-error://chromewebdata/"));
    await context.close();
});

test("a hostile name stays in its box, and people see who gets access", async () => {
    const { page, context } = await open("consent-hostile", { viewport: { width: 320, height: 720 } });
    assert.equal(await page.locator("script, b").count(), 0);
    const name = page.locator(".place .name");
    assert.doesNotMatch(await page.locator("body").textContent(), /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u0000]/);
    const [inner, outer] = await Promise.all([name.boundingBox(), page.locator(".place").boundingBox()]);
    assert.ok(inner.x >= outer.x && inner.x + inner.width <= outer.x + outer.width, "the name is as wide as its box");
    assert.equal(await name.evaluate((element) => getComputedStyle(element).overflow), "hidden");
    await context.close();
    for (const [page, access] of [
        ["consent-hostile", /^Access goes to a program on this computer that calls itself “Claude/],
        ["consent-this-computer", /^Access goes to a program on this computer that calls itself “Claude Code” Only go on/],
        ["consent-claimed", /^Access goes to a-host.*\.claude\.ai\.evil\.example The program calls itself “Claude”/],
        ["consent-known", /^Access goes to claude\.ai The name of this program is verified\. You allowed/],
    ]) {
        const opened = await open(page);
        assert.match((await opened.page.locator(".place").innerText()).replace(/\s+/g, " "), access);
        await opened.context.close();
    }
    assert.equal(CONSENTS.length, 4);
});

// The automatic redirect (`meta refresh`) and the link of the page lead to the same address. This address comes from src/api/oauth/page.rs.
const ODD = `?a='b'&c="d";e=f g&url=https://evil.example/&amp;lt=<i>&code=C0DE%27%20&state=%22;url=x&iss=https://todo.test#'`;
for (const [name, address] of [
    ["goes-on-https", `https://app.example/callback${ODD}`],
    ["goes-on-loopback", `http://127.0.0.1:49152/callback${ODD}`],
    ["goes-on-own-scheme", `cursor://anysphere.cursor-mcp/oauth/callback${ODD}`],
]) {
    test(`${name} leads to exactly the address of the program, at once and by its link`, async () => {
        const { page, context, seen } = await open(name);
        const link = page.getByRole("link", { name: "Go back to the program" });
        assert.equal(await link.getAttribute("href"), address);
        await page.waitForTimeout(300);
        const href = await page.evaluate((address) => new URL(address).href, address);
        assert.deepEqual(seen.refreshed, [href]);
        const asked = () => seen.asked.filter((url) => url === href.split("#")[0]).length;
        const before = asked();
        await link.click({ noWaitAfter: true });
        await page.waitForTimeout(300);
        if (!name.endsWith("own-scheme")) assert.deepEqual([before, asked()], [1, 2]);
        assert.deepEqual(unexpected(seen.complaints), []);
        await context.close();
    });

    test(`${name} goes on by itself after a click on Allow`, async () => {
        const { page, context, seen } = await open("consent-this-computer");
        afterForm = name;
        await page.getByRole("button", { name: "Allow" }).click();
        await page.getByRole("link", { name: "Go back to the program" }).waitFor();
        await page.waitForTimeout(300);
        assert.deepEqual(seen.refreshed, [await page.evaluate((address) => new URL(address).href, address)]);
        assert.deepEqual(seen.complaints, []);
        await context.close();
    });
}
