// Starts Debian's Chromium and Debian's Firefox, and records what a page does in them. `TOOLS` is the folder of the
// installed npm packages.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const require = createRequire(`${resolve(process.env.TOOLS)}/`);
const puppeteer = require("puppeteer-core");

export const BROWSERS = ["chromium", "firefox"];
const NAMES = { chromium: ["chromium", "chromium-browser", "google-chrome"], firefox: ["firefox-esr", "firefox"] };

const path = (name) => execFileSync("sh", ["-c", `for name in ${NAMES[name].join(" ")}; do command -v $name && break; done`]).toString().trim();

// Starts a browser of a person in Berlin. The browser prefers reduced motion, so that the tests need not wait for the
// end of an animation. No request can leave this machine.
export async function launch(name, { scheme = "light", touch = false, anyCertificate = false } = {}) {
    const common = { executablePath: path(name), headless: true, acceptInsecureCerts: anyCertificate, env: { ...process.env, TZ: "Europe/Berlin" } };
    if (name === "chromium") {
        // Chromium without a screen assumes that there is no mouse.
        const mouse = "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4";
        const alone = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1";
        const args = ["--no-sandbox", "--disable-gpu", "--force-prefers-reduced-motion", alone, ...(touch ? [] : [mouse])];
        return { name, scheme, touch, driver: await puppeteer.launch({ ...common, args }) };
    }
    const extraPrefsFirefox = {
        "layout.css.prefers-color-scheme.content-override": scheme === "dark" ? 0 : 1,
        "ui.prefersReducedMotion": 1,
        // The bits of a pointer: a finger is coarse (1), and a mouse is fine (2) and can hover (4).
        ...(touch && { "dom.w3c_touch_events.enabled": 1 }),
        "ui.primaryPointerCapabilities": touch ? 1 : 6,
        "ui.allPointerCapabilities": touch ? 1 : 6,
    };
    return { name, scheme, touch, driver: await puppeteer.launch({ ...common, browser: "firefox", extraPrefsFirefox }) };
}

// Opens a window without cookies. Records the warnings and errors of its pages, the addresses of their requests, and
// their dialogs.
export async function openWindow(browser, { width = 1280, height = 800 } = {}) {
    const context = await browser.driver.createBrowserContext();
    const seen = { complaints: [], asked: [], dialogs: [] };
    const newPage = async () => {
        const page = await context.newPage();
        // On a busy machine, it can take long until the first view is there.
        page.setDefaultTimeout(30_000);
        page.on("console", (message) => ["error", "warn"].includes(message.type()) && seen.complaints.push(message.text()));
        page.on("pageerror", (error) => seen.complaints.push(String(error)));
        page.on("request", (request) => seen.asked.push(request.url()));
        page.on("dialog", (dialog) => {
            seen.dialogs.push(dialog.message());
            void dialog.dismiss();
        });
        await resize(browser, page, width, height);
        return page;
    };
    return { browser, context, seen, newPage, page: await newPage(), close: () => context.close() };
}

export async function resize(browser, page, width, height = 800) {
    const isChromium = browser.name === "chromium";
    // In Firefox, the colour scheme and touch are settings of the browser (see `launch`).
    await page.setViewport({ width, height, ...(isChromium && browser.touch && { hasTouch: true, isMobile: true }) });
    if (isChromium) await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: browser.scheme }]);
}

// Asserts that the pages reported no error, asked no other server, and opened no dialog.
export function assertQuiet({ seen }, url) {
    const { origin } = new URL(url);
    assert.deepEqual(seen.complaints, []);
    assert.deepEqual(seen.dialogs, []);
    assert.deepEqual(seen.asked.filter((asked) => !asked.startsWith(`${origin}/`) && !/^(data|blob|about):/.test(asked)), []);
}
