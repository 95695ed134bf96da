// Checks a page as a careful designer does: no text is cut off, no buttons overlap, every button is large enough for a
// finger, and everybody can use the page.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const { TOOLS, SCREENSHOTS } = process.env;
const require = createRequire(`${resolve(TOOLS)}/`);
const axe = require("axe-core").source;

// Returns what is wrong with the look of the page.
export async function looks(page, touch = false) {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    return page.evaluate(faults, touch);
}

// Returns the serious findings of axe.
export async function barriers(page) {
    // The policy of the page lets no other script run. So the debugger runs axe.
    await page.evaluate(`${axe}; undefined`);
    const { violations, passes } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
    assert.ok(passes.some(({ id }) => id === "color-contrast"), "the colours were looked at");
    const grave = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
    return grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`);
}

export async function photograph(page, name) {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

// Runs in the page. Returns what is wrong with its look.
function faults(touch) {
    const found = [];
    const wide = document.documentElement.scrollWidth - innerWidth;
    if (wide > 0) found.push(`the page is ${wide} px wider than the window`);
    const isSeen = (element) => {
        const { width, height } = element.getBoundingClientRect();
        return width > 1 && height > 1 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    };
    const called = (element) => `<${element.localName} class="${element.className}"> “${(element.ariaLabel ?? element.textContent).trim().slice(0, 40)}”`;
    const seen = [...document.body.querySelectorAll("*")].filter(isSeen);

    // A text is cut off where an element around it hides what is outside, or at the edge of the window. A text that
    // ends with three dots, or that can be scrolled, does not count as cut off.
    for (const element of seen) {
        const texts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
        for (const text of texts) {
            const range = document.createRange();
            range.selectNode(text);
            const at = range.getBoundingClientRect();
            for (let around = element; ; around = around.parentElement) {
                if (!around) {
                    if (at.left < -0.5 || at.right > innerWidth + 0.5) found.push(`${called(element)} goes out of the window`);
                    break;
                }
                const { overflowX, overflowY, textOverflow, webkitLineClamp } = getComputedStyle(around);
                const box = around.getBoundingClientRect();
                if (/auto|scroll/.test(overflowX + overflowY) || textOverflow === "ellipsis" || Number(webkitLineClamp) || box.width <= 1) break;
                const out = Math.max(box.left - at.left, at.right - box.right, box.top - at.top, at.bottom - box.bottom);
                if (/hidden|clip/.test(overflowX + overflowY) && out > 1.5) found.push(`${called(element)} is cut off by ${Math.round(out)} px`);
            }
        }
        const isField = element.matches("textarea, select, input:not([type=checkbox], [type=search], [id=add])");
        if (isField && element.value && element.scrollWidth > element.clientWidth + 1) found.push(`${called(element)} is too narrow for “${element.value}”`);
        if (element.matches("textarea") && element.scrollHeight > element.clientHeight + 2) found.push(`${called(element)} is too low for its text`);
    }

    // If a field has a label, the whole label is the target. For the title of a todo, the whole row is the target.
    const targets = new Set(seen.filter((element) => element.matches("a, button, input, select, textarea, summary")).map((element) => element.closest("label") ?? element));
    const place = (element) => {
        const after = getComputedStyle(element, "::after");
        const isLarger = after.content !== "none" && after.position === "absolute";
        return (isLarger ? element.offsetParent : element).getBoundingClientRect();
    };
    for (const target of targets) {
        const { width, height } = place(target);
        const isInText = target.matches("a") && getComputedStyle(target).display === "inline";
        const least = touch && target.matches(".tick, .pick") ? 44 : 24;
        if (!isInText && Math.min(width, height) < least - 0.5) found.push(`${called(target)} is only ${width.toFixed()} × ${height.toFixed()} px`);
    }

    // Elements that do not scroll with the page, dialogs and menus are layers of their own, and may lie over the page.
    const layer = (element) => {
        for (let around = element; around; around = around.parentElement) {
            const { position } = getComputedStyle(around);
            if (/fixed|sticky/.test(position) || around.matches("dialog, .list-menu")) return around;
        }
        return document.body;
    };
    const all = [...targets].map((target) => ({ target, box: target.getBoundingClientRect(), layer: layer(target) }));
    all.forEach((one, at) => {
        for (const other of all.slice(at + 1)) {
            const isApart = one.layer !== other.layer || one.target.contains(other.target) || other.target.contains(one.target);
            const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
            const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
            if (!isApart && across > 1 && down > 1) found.push(`${called(one.target)} and ${called(other.target)} overlap`);
        }
    });
    return found;
}
