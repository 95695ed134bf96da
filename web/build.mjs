// Builds web/dist: index.html, and its script and style under names that change with their content. The same sources
// give the same files.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildCard } from "./build_card.mjs";
import { buildIcons, buildWorker } from "./build_worker.mjs";

const web = fileURLToPath(new URL(".", import.meta.url));
const dist = `${web}dist`;

export async function buildPage() {
    const { metafile } = await build({
        absWorkingDir: web,
        entryPoints: { app: "src/page/main.tsx" },
        outdir: "dist/assets",
        entryNames: "[name]-[hash]",
        chunkNames: "[name]-[hash]",
        assetNames: "[name]-[hash]",
        bundle: true,
        splitting: true,
        format: "esm",
        target: "es2022",
        // `h` takes the children as arguments, and that is shorter than the runtime that tsconfig.json names.
        inject: ["src/page/jsx.ts"],
        tsconfigRaw: { compilerOptions: { jsx: "react", jsxFactory: "h", jsxFragmentFactory: "Fragment" } },
        minify: true,
        legalComments: "none",
        metafile: true,
        write: true,
    });
    const [script, output] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint) ?? [];
    const template = await readFile(`${web}src/page/index.html`, "utf8");
    const [icon] = await buildIcons();
    const page = template
        .replace("{{icon}}", `{{base}}/assets/${icon}`)
        .replace("{{script}}", `{{base}}/assets/${basename(script)}`)
        .replace("{{style}}", `{{base}}/assets/${basename(output.cssBundle)}`);
    await writeFile(`${dist}/index.html`, page);
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
