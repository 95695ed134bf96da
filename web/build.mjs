// Builds web/dist: index.html, its scripts and its style. The names of scripts and style contain a hash of the content.
// The same sources give the same files.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildCard } from "./build_card.mjs";
import { buildIcons, buildWorker } from "./build_worker.mjs";

const web = fileURLToPath(new URL(".", import.meta.url));
const dist = `${web}dist`;

const MAIN = "src/page/main.tsx";

export async function buildPage() {
    const { metafile } = await build({
        absWorkingDir: web,
        entryPoints: [MAIN, "src/page/page.css"],
        outdir: "dist/assets",
        entryNames: "[name]-[hash]",
        chunkNames: "[name]-[hash]",
        bundle: true,
        splitting: true,
        format: "esm",
        target: "es2022",
        // `h` takes the children as arguments. This makes the script shorter than with the JSX runtime that
        // tsconfig.json names.
        inject: ["src/page/jsx.ts"],
        tsconfigRaw: { compilerOptions: { jsx: "react", jsxFactory: "h", jsxFragmentFactory: "Fragment" } },
        minify: true,
        legalComments: "none",
        metafile: true,
        write: true,
    });
    const { script, style } = await filesOf(metafile.outputs);
    const template = await readFile(`${web}src/page/index.html`, "utf8");
    const [icon] = await buildIcons();
    const page = template
        .replace("{{icon}}", `{{base}}/assets/${icon}`)
        .replace("{{script}}", `{{base}}/assets/${basename(script)}`)
        .replace("{{style}}", `{{base}}/assets/${basename(style)}`);
    await writeFile(`${dist}/index.html`, page);
}

// Returns the script of the page, and its style. Each part (src/page/parts) imports the page. So all code that the
// parts share is in one script, which the page loads at once, and not in many small ones. This function removes the
// entry file, which only imports this script.
async function filesOf(outputs) {
    const all = Object.entries(outputs);
    const [script] = all.find(([, { inputs }]) => MAIN in inputs);
    const [style] = all.find(([name]) => name.endsWith(".css"));
    const [shell] = all.find(([, { entryPoint }]) => entryPoint === MAIN);
    await rm(`${web}${shell}`);
    for (const [name, { imports }] of all) {
        const others = imports.filter(({ path, kind }) => kind === "import-statement" && path !== script);
        if (others.length)
            throw new Error(`${name} imports ${others[0].path}. Import it in src/page/main.tsx, or in one part only.`);
    }
    return { script, style };
}

export async function buildAll() {
    await rm(dist, { recursive: true, force: true });
    await mkdir(`${dist}/assets`, { recursive: true });
    await buildPage();
    await buildWorker();
    await writeFile(`${dist}/card.html`, await buildCard());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    await buildAll();
}
