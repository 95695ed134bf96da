// Tries texts and addresses that contain scripts. No script may run, and no part of a text may become an element of the
// page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { BROWSERS, launch, openWindow } from "./browsers.mjs";
import { ask, serve } from "./servers.mjs";

const TEXTS = [
    "<script>window.hacked = 1</script>",
    '<img src=x onerror="window.hacked=1;alert(1)">',
    '"><svg onload=window.hacked=1>',
    "</textarea></title><iframe srcdoc='<script>parent.hacked=1</script>'>",
    "javascript:window.hacked=1",
    "{{constructor.constructor('window.hacked=1')()}}",
    "\u202egnp.exe\u2066<b>\u2029",
    "__proto__",
];
const NOTES = (text) => `${text} [x](javascript:window.hacked=1) https://example.com/"onmouseover="window.hacked=1" data:text/html,${text}`;
const PLACES = ["", "?view=week", "?view=all", "?view=completed", "?view=deleted", "?view=history", "?view=lists", "?view=settings"];
let service, ids;

before(async () => {
    service = await serve("hostile");
    const todos = TEXTS.map((text) => ({ title: text, notes: NOTES(text), due: "today", list: text.slice(0, 40), tags: [text.replaceAll(/\s/g, "").slice(0, 30)], steps: [text] }));
    ids = (await ask(service, "POST", "/todos", { todos })).todos.map(({ id }) => id);
    // The history then has changes of a title and of a status.
    await ask(service, "PATCH", `/todos/${ids[0]}`, { title: TEXTS[1], status: "completed" });
    await ask(service, "PATCH", `/todos/${ids[0]}`, { status: "open" });
});
after(() => service.end());

// Runs in the page. Returns the elements, attributes and links that the texts have created.
function awake() {
    const found = [];
    if (window.hacked !== undefined) found.push("a script has run");
    for (const element of document.querySelectorAll("*")) {
        const isOurs = !element.matches("iframe, object, embed, img, b:empty, body script, svg:not(.icon)");
        if (!isOurs || [...element.attributes].some(({ name }) => name.startsWith("on"))) found.push(element.outerHTML);
    }
    for (const link of document.querySelectorAll("[href]")) {
        const { protocol, origin } = new URL(link.href);
        const isOutside = origin !== location.origin;
        if (!/^https?:$/.test(protocol) || (isOutside && (link.target !== "_blank" || !/noreferrer/.test(link.rel)))) found.push(link.outerHTML);
    }
    // A text with a character that reverses the direction of writing must not reverse its neighbours.
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, (text) => (text.data.includes("\u202e") ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP));
    while (walker.nextNode()) {
        const around = walker.currentNode.parentElement;
        if (!around.closest("bdi, [dir=auto], option, .hidden")) found.push(`not isolated: ${around.outerHTML}`);
    }
    return found;
}

// Opens the view, and waits until the page has loaded its todos.
async function visit(page, place) {
    await page.goto(`${service.url}/${place}`);
    await page.waitForFunction(() => document.querySelector("main")?.textContent.includes("Loading") === false);
}

for (const name of BROWSERS) {
    test(`in ${name}, texts of todos stay texts, in every view`, { timeout: 90_000 }, async () => {
        const browser = await launch(name);
        try {
            const { page, seen } = await openWindow(browser);
            const lists = TEXTS.map((text) => `?list=${encodeURIComponent(text.slice(0, 40))}`);
            const searches = TEXTS.map((text) => `?q=${encodeURIComponent(text)}`);
            for (const place of [...PLACES, ...lists, ...searches, ...ids.map((id) => `?view=all&todo=${id}`)]) {
                await visit(page, place);
                assert.deepEqual(await page.evaluate(awake), [], place);
            }
            for (const text of TEXTS) {
                await page.focus("#add");
                await page.keyboard.type(text);
                assert.deepEqual(await page.evaluate(awake), [], text);
                await page.keyboard.press("Enter");
                await page.waitForFunction(() => document.querySelector(".said p")?.textContent.startsWith("Added"));
                assert.deepEqual(await page.evaluate(awake), [], text);
            }
            assert.deepEqual([seen.complaints, seen.dialogs], [[], []]);
            assert.deepEqual(seen.asked.filter((url) => new URL(url).origin !== service.url), []);
        } finally {
            await browser.driver.close();
        }
    });

    test(`in ${name}, no address makes the page run something`, { timeout: 90_000 }, async () => {
        const browser = await launch(name);
        try {
            const { page, seen } = await openWindow(browser);
            for (const text of [...TEXTS, "../settings", "..%2f..%2fsw.js", "constructor"]) {
                for (const part of ["todo", "list", "q", "view", "by"]) {
                    const place = `?${part}=${encodeURIComponent(text)}${part === "by" ? "&view=history" : ""}#${encodeURIComponent(text)}`;
                    await visit(page, place);
                    assert.deepEqual(await page.evaluate(awake), [], place);
                }
            }
            assert.deepEqual(seen.dialogs, []);
            assert.deepEqual(seen.asked.filter((url) => new URL(url).origin !== service.url), []);
        } finally {
            await browser.driver.close();
        }
    });

    test(`in ${name}, the policy lets no other script run`, { timeout: 60_000 }, async () => {
        const browser = await launch(name);
        try {
            const { page, seen } = await openWindow(browser);
            await visit(page, "");
            const blocked = await page.evaluate(intrude);
            assert.equal(await page.evaluate(() => window.hacked), undefined);
            // No attempt may succeed, and the browser must report violations of the policy.
            assert.deepEqual(blocked.went, []);
            assert.ok(blocked.reports > 0, "the browser reports violations of the policy");
            assert.deepEqual(seen.dialogs, []);
        } finally {
            await browser.driver.close();
        }
    });
}

// Runs in the page. Tries the attacks of an intruder who can already change the page: a successful one would set
// `window.hacked`. The policy does not bind a script of the debugger, so the attempts run after that script has ended.
function intrude() {
    const code = "window.hacked = 1";
    const append = (element) => document.body.appendChild(element);
    const make = (name, fields) => append(Object.assign(document.createElement(name), fields));
    const attempts = {
        "an inline script": () => {
            const script = document.createElement("script");
            script.append(document.createTextNode(code));
            append(script);
        },
        "an inline script with a text": () => make("script", { textContent: code }),
        "a script of another origin": () => make("script", { src: "https://example.com/a.js" }),
        "a script in its address": () => make("script", { src: `data:text/javascript,${code}` }),
        "an inline event": () => {
            const button = document.createElement("button");
            button.setAttribute("onclick", code);
            append(button).click();
        },
        HTML: () => (append(document.createElement("div")).innerHTML = `<img src=x onerror="${code}">`),
        "HTML beside an element": () => document.body.insertAdjacentHTML("beforeend", `<svg onload="${code}">`),
        "a frame": () => make("iframe", { srcdoc: `<script>parent.hacked = 1</script>` }),
        "a link": () => make("a", { href: `javascript:${code}` }).click(),
        eval: () => (0, eval)(code),
        "a function": () => new Function(code)(),
        "a timer": () => setTimeout(code, 0),
        "a module": () => import(`data:text/javascript,${code}`).catch(() => {}),
        "a worker": () => new Worker(URL.createObjectURL(new Blob([code]))),
        "a policy of its own": () => window.trustedTypes && eval(trustedTypes.createPolicy("mine", { createScript: (text) => text }).createScript(code)),
    };
    const went = [];
    let reports = 0;
    document.addEventListener("securitypolicyviolation", () => reports++);
    return new Promise((done) => {
        setTimeout(async () => {
            for (const [name, attempt] of Object.entries(attempts)) {
                try {
                    attempt();
                } catch {
                    // The policy has stopped it.
                }
                await new Promise((next) => setTimeout(next, 50));
                if (window.hacked !== undefined) went.push(name);
                delete window.hacked;
            }
            done({ went, reports });
        });
    });
}
