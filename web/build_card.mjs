// Builds the card of the chat: one file with its style and its script inside, because a card in a host cannot load
// files from our server.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const source = (name) => fileURLToPath(new URL(`src/card/${name}`, import.meta.url));
const LINE_BETWEEN_TAGS = />\s*\n\s*</g;

async function bundled(name) {
    const { outputFiles } = await build({
        entryPoints: [source(name)],
        bundle: true,
        write: false,
        minify: true,
        format: "iife",
        target: "es2022",
        charset: "utf8",
        legalComments: "none",
    });
    return outputFiles[0].text.trim();
}

// Leaves out the styles that only the page needs: rules for large buttons and links, and tokens (CSS variables) that no
// rule uses.
function withoutUnused(style) {
    const rules = style.replace(/(?<=\})(\.button[\w.]*|a)\{[^}]*\}/g, "");
    return rules.replace(/(--[\w-]+):[^;}]*;?/g, (token, name) => (rules.includes(`var(${name}`) ? token : ""));
}

// Returns the text of dist/card.html.
export async function buildCard() {
    const [page, style, script] = await Promise.all([
        readFile(source("card.html"), "utf8"),
        bundled("card.css"),
        bundled("main.ts"),
    ]);
    if (/<\/(script|style)/i.test(style + script))
        throw new Error("A tag in the style or the script of the card would end it.");
    const whole = page.trim().replace(LINE_BETWEEN_TAGS, "><");
    return whole.replace("/* style */", () => withoutUnused(style)).replace("/* script */", () => script);
}
