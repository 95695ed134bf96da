// These tests look at the card in a chat: its size, its colours, its languages and its keys. Environment variables:
// `BASE_URL` is the address of a running server. `TOOLS` is the folder of the installed npm packages. `SCREENSHOTS` is
// the folder for screenshots.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { ABLE, assertAccessible, chat, listOf, open, said, statuses, stop } from "./chat.mjs";

const { SCREENSHOTS } = process.env;
// The maximum height of the card. The directories of ChatGPT and Claude want cards that fit on a screen.
const HEIGHT = 500;

before(() => mkdirSync(SCREENSHOTS, { recursive: true }));
after(stop);

for (const width of [320, 390, 700]) {
    test(`at ${width} px, a hundred todos come screen by screen, and each once`, async () => {
        const titles = Array.from({ length: 100 }, (_, at) => (at % 7 ? `Todo ${at + 1}` : `Todo ${at + 1} ${"has a long title ".repeat(at % 5 ? 8 : 20)}`));
        const list = await listOf(...titles);
        const host = await chat({ width });
        await host.show({ list, limit: 100 });
        const seen = [];
        const visible = () => host.element("li:not([hidden]) p").allTextContents();
        for (;;) {
            assert.ok((await host.height()) <= HEIGHT, `${await host.height()} px`);
            const overflow = await host.card.evaluate(() => document.body.scrollWidth - window.innerWidth);
            assert.ok(overflow <= 0, `${overflow} px too wide`);
            const shown = await visible();
            seen.push(...shown);
            assert.match(await host.said(), new RegExp(`^(${seen.length - shown.length + 1}–)?${seen.length} of 100$`));
            const more = await host.element(".foot button").first().textContent();
            if (more === "Back to the first") break;
            await host.element(".foot button").first().click();
            assert.equal(more, `Show ${(await visible()).length} more`);
        }
        assert.deepEqual(seen.map((title) => title.trim()), titles.map((title) => title.trim()));
        await host.button("Back to the first").click();
        assert.equal((await visible())[0].trim(), titles[0].trim());
        assert.deepEqual(host.calls, []);
        await host.close();
    });
}

test("Arabic todos are written from right to left, and dates are in the language of the person", async () => {
    const list = await listOf({ title: "شراء الحليب", due: "2027-03-05" }, { title: "歯医者に電話する" }, { title: "Call mum" });
    const host = await chat({ context: { locale: "ar" } });
    await host.show({ list });
    const direction = (title) => host.row(title).locator("p").evaluate((text) => getComputedStyle(text).direction);
    assert.deepEqual([await direction("شراء الحليب"), await direction("Call mum")], ["rtl", "ltr"]);
    assert.match(await host.element(".head span").textContent(), /[\u0600-\u06ff]/);
    await host.page.screenshot({ path: `${SCREENSHOTS}/arabic.png` });
    await host.page.evaluate(() => window.surround({ locale: "de-DE" }));
    await host.row("5. März 2027").waitFor();
    await host.page.evaluate(() => window.surround({ locale: "no such language" }));
    assert.equal(await host.element("li").count(), 3);
    await host.close();
});

// Adds the todos of the design sketch to a new list.
async function day() {
    const list = await listOf(
        { title: "Send the tax papers", due: "2 days ago", priority: "urgent" },
        { title: "Put out the bins", due: "yesterday", repeat: { unit: "week" } },
        { title: "Plan the party", due: "today 23:58", priority: "high", steps: [{ title: "a", done: true }, "b", "c", "d"] },
        { title: "Call mum", due: "tomorrow 17:00" },
        { title: "Book the dentist, and ask whether the appointment in December can be moved to the week after", due: "2027-02-03" },
        { title: "Water the plants", priority: "low" },
        "Read the contract",
        "歯医者に電話する",
        "Learn a poem",
        "Repair the bicycle",
    );
    return list;
}

for (const theme of ["light", "dark"]) {
    for (const width of [320, 700]) {
        test(`the card is ${theme} as its host, at ${width} px, and everybody can use it`, async () => {
            // The browser prefers the other scheme than the host, and the card must follow the host.
            const host = await chat({ width, context: { theme, locale: "en-GB" }, colorScheme: theme === "light" ? "dark" : "light" });
            await host.show({ list: await day() });
            await host.tick("Call mum");
            await said(host, "Done.");
            const colours = await host.card.evaluate(() => {
                const style = (selector) => getComputedStyle(document.querySelector(selector));
                return [style("body").backgroundColor, style("main").backgroundColor];
            });
            assert.deepEqual(colours, ["rgba(0, 0, 0, 0)", theme === "light" ? "rgb(255, 255, 255)" : "rgb(30, 33, 38)"]);
            for (const button of await host.element("button:visible").all()) {
                const { width, height } = await button.boundingBox();
                assert.ok(width >= 44 && height >= 44, `${await button.textContent()}: ${width} × ${height}`);
            }
            assert.ok((await host.element(".foot button:visible").count()) <= 2);
            await host.page.evaluate((theme) => (document.body.style.background = theme === "light" ? "#f0e8ff" : "#403040"), theme);
            await host.page.screenshot({ path: `${SCREENSHOTS}/${theme}-${width}.png` });
            await assertAccessible(host);
            await host.close();
        });
    }
}

test("a new theme and the colours and fonts of the host are taken at once", async () => {
    const variables = { "--color-background-primary": "rgb(1, 2, 3)", "--color-text-primary": "rgb(250, 250, 240)", "--font-sans": "serif" };
    const host = await chat({ context: { theme: "light" } });
    await host.show({ list: await listOf("Milk") });
    const style = (selector, property) => host.element(selector).evaluate((element, property) => getComputedStyle(element)[property], property);
    assert.equal(await style("main", "backgroundColor"), "rgb(255, 255, 255)");
    await host.page.evaluate(() => window.surround({ theme: "dark" }));
    await host.card.waitForFunction(() => getComputedStyle(document.querySelector("main")).backgroundColor === "rgb(30, 33, 38)");
    await host.page.evaluate((variables) => window.surround({ theme: "dark", styles: { variables } }), variables);
    await host.card.waitForFunction(() => getComputedStyle(document.querySelector("main")).backgroundColor === "rgb(1, 2, 3)");
    assert.deepEqual([await style("h1", "color"), await style("h1", "fontFamily")], ["rgb(250, 250, 240)", "serif"]);
    await host.close();
});

test("a narrower or lower place shows fewer rows, and the height is told", async () => {
    const host = await chat({ width: 700, capabilities: ABLE });
    await host.show({ list: await day() });
    const rows = () => host.element("li:visible").count();
    const wide = await rows();
    await host.page.evaluate(() => window.surround({ containerDimensions: { maxHeight: 300 } }));
    await host.card.waitForFunction(() => document.body.offsetHeight <= 300);
    assert.ok((await rows()) < wide);
    await host.page.evaluate(() => window.surround({ containerDimensions: {} }));
    await host.card.waitForFunction(() => document.body.offsetHeight > 300);
    await host.page.evaluate(() => window.resize(240));
    await host.card.waitForFunction((wide) => window.innerWidth === 240 && document.querySelectorAll("li:not([hidden])").length < wide, wide);
    await host.page.waitForFunction((most) => document.querySelector("iframe").offsetHeight <= most, HEIGHT);
    await host.close();
});

test("the keyboard does everything", async () => {
    const list = await listOf(...Array.from({ length: 12 }, (_, at) => `Todo ${at + 1}`));
    const host = await chat();
    await host.show({ list });
    await host.row("Todo 1").first().locator("button").focus();
    await host.page.keyboard.press("Space");
    await said(host, "Done.");
    assert.equal(await host.card.evaluate(() => document.activeElement.ariaLabel), "Reopen: Todo 1");
    for (let at = 0; at < 20 && !(await host.card.evaluate(() => document.activeElement.textContent)).startsWith("Show"); at++) await host.page.keyboard.press("Tab");
    await host.page.keyboard.press("Enter");
    await host.button("Back to the first").waitFor();
    await host.page.keyboard.press("Tab");
    await host.page.keyboard.press("Enter");
    await said(host, "Undone.");
    assert.equal((await statuses(list))["Todo 1"], "open");
    await host.close();
});
