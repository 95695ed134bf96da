// These tests open our web pages in a real browser. The browser window is as wide as a telephone or as wide as a
// desktop. The colour scheme is light or dark. Environment variables: `BASE_URL` is the address of a running server.
// `TOOLS` is the folder of the installed npm packages. `SCREENSHOTS` is the folder for screenshots.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { after, before, test } from "node:test";

const { BASE_URL, TOOLS, SCREENSHOTS } = process.env;
const require = createRequire(`${resolve(TOOLS)}/`);
const { chromium } = require("playwright-core");
const axe = require("axe-core").source;

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const WIDTHS = [390, 1280];
const SCHEMES = ["light", "dark"];
let browser;

before(async () => {
    const which = execFileSync("sh", ["-c", `for name in ${NAMES.join(" ")}; do command -v $name && break; done`]);
    browser = await chromium.launch({ executablePath: which.toString().trim(), args: ["--no-sandbox", "--disable-gpu"] });
    mkdirSync(SCREENSHOTS, { recursive: true });
});
after(() => browser.close());

// Opens a page, and records the errors, the warnings and the request addresses of the page.
async function open(path, options) {
    const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"], ...options });
    const page = await context.newPage();
    const seen = { complaints: [], asked: [] };
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && seen.complaints.push(message.text()));
    page.on("pageerror", (error) => seen.complaints.push(String(error)));
    page.on("requestfailed", (request) => seen.complaints.push(`${request.url()} failed`));
    page.on("request", (request) => seen.asked.push(request.url()));
    const answer = await page.goto(new URL(path, BASE_URL).href, { waitUntil: "networkidle" });
    assert.equal(answer.status(), 200);
    return { page, context, seen };
}

async function assertAccessible(page) {
    // The page's Content-Security-Policy blocks scripts that a test adds to the page. The policy does not block an
    // expression that the browser's debugger evaluates. So the browser's debugger runs axe, the accessibility checker.
    await page.evaluate(`${axe}; undefined`);
    const { violations, passes } = await page.evaluate(() => window.axe.run());
    const grave = violations.filter((violation) => ["serious", "critical"].includes(violation.impact));
    assert.deepEqual(grave.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html)}`), []);
    assert.ok(passes.some((rule) => rule.id === "color-contrast"), "the colours were looked at");
}

for (const path of ["/connect", "/privacy"]) {
    for (const width of WIDTHS) {
        for (const colorScheme of SCHEMES) {
            test(`${path} at ${width} px, ${colorScheme}, asks nobody else, complains of nothing, and everybody can use it`, async () => {
                const { page, context, seen } = await open(path, { viewport: { width, height: 800 }, colorScheme });
                if (path === "/connect") {
                    await page.locator("#health.works").waitFor();
                    assert.match(await page.locator("#health").textContent(), /works \(version \d/);
                }
                await page.screenshot({ path: `${SCREENSHOTS}/${path.slice(1)}-${width}-${colorScheme}.png`, fullPage: true });
                const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
                assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
                const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).every((part) => part < 128));
                assert.equal(dark, colorScheme === "dark");
                await assertAccessible(page);
                assert.deepEqual(seen.complaints, []);
                const origin = new URL(BASE_URL).origin;
                assert.deepEqual(seen.asked.filter((url) => new URL(url).origin !== origin), []);
                await context.close();
            });
        }
    }
}

test("every copy button copies what stands beside it, by keyboard too", async () => {
    const { page, context, seen } = await open("/connect", { viewport: { width: 390, height: 800 } });
    await page.getByText("For programmers").click();
    const buttons = page.locator("button[data-copy]");
    const copied = {};
    for (const button of await buttons.all()) {
        await button.focus();
        await page.keyboard.press("Enter");
        await page.waitForFunction((element) => element.textContent === "Copied", await button.elementHandle());
        copied[await button.getAttribute("data-copy")] = await page.evaluate(() => navigator.clipboard.readText());
    }
    assert.equal(copied.document, `${BASE_URL}/openapi.json`);
    assert.equal(copied.address, `${BASE_URL}/mcp`);
    assert.equal(copied.mcp, `${BASE_URL}/mcp`);
    assert.equal(copied.privacy, `${BASE_URL}/privacy`);
    assert.match(copied.curl, /^curl -s http.*\/todos (-H 'Authorization: .*' )?-H 'Content-Type: application\/json' -d '\{"todos":/);
    assert.match(copied.instructions, /never guess an id[^]*\n- /);
    if (await page.getByText("Authorization URL", { exact: true }).count()) {
        assert.equal(copied["authorization-url"], `${BASE_URL}/oauth/authorize`);
        assert.equal(copied["token-url"], `${BASE_URL}/oauth/token`);
        assert.equal(copied.scope, "todos");
        assert.equal(copied["claude-code"], `claude mcp add --transport http todos ${BASE_URL}/mcp && claude mcp login todos`);
        assert.equal(Object.keys(copied).length, 15);
    } else {
        assert.equal(copied["claude-code"], `claude mcp add --transport http todos ${BASE_URL}/mcp`);
        assert.equal(Object.keys(copied).length, 12);
    }
    assert.deepEqual(JSON.parse(copied.cursor).mcpServers.todos.url, `${BASE_URL}/mcp`);
    assert.deepEqual(seen.complaints, []);
    await context.close();
});

test("the policy of the page lets no other script run", async () => {
    const { page, context, seen } = await open("/connect", {});
    await page.evaluate(() => {
        const script = document.createElement("script");
        script.textContent = "window.intruded = true";
        document.body.append(script);
    });
    assert.equal(await page.evaluate(() => window.intruded), undefined);
    assert.equal(seen.complaints.length, 1);
    await context.close();
});

test("a service that does not work says so on the page", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const body = JSON.stringify({ status: 503, detail: "Send the same request again in a few seconds." });
    await page.route("**/health", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body }));
    await page.goto(`${BASE_URL}/connect`);
    await page.locator("#health.fails").waitFor();
    assert.match(await page.locator("#health").textContent(), /does not work: Send the same/);
    await context.close();
});
