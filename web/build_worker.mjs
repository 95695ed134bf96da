// Builds the files with which a system can install the page: the icons, the manifest
// (https://www.w3.org/TR/appmanifest/), and the service worker.
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const web = fileURLToPath(new URL(".", import.meta.url));
const dist = `${web}dist`;
const SIZES = [192, 512];
const COLOURS = { background_color: "#fbfaf7", theme_color: "#1d5c43" };

const hashed = (content) => createHash("sha256").update(content).digest("hex").slice(0, 8);

// Writes the icons into dist/assets. Returns their names.
export async function buildIcons() {
    const names = [];
    for (const size of SIZES) {
        const content = await readFile(`${web}src/page/icons/icon-${size}.png`);
        const name = `icon-${size}-${hashed(content)}.png`;
        await writeFile(`${dist}/assets/${name}`, content);
        names.push(name);
    }
    return names;
}

// Writes dist/manifest.webmanifest and dist/sw.js. The worker keeps all files that are now in dist/assets, except the
// large icon. A system that installs the page asks for this icon itself.
export async function buildWorker() {
    const assets = (await readdir(`${dist}/assets`)).sort().map((name) => `assets/${name}`);
    const icon = (size, purpose) => {
        const src = assets.find((name) => name.startsWith(`assets/icon-${size}-`));
        return { src, sizes: `${size}x${size}`, type: "image/png", purpose };
    };
    const manifest = {
        name: "Todos",
        short_name: "Todos",
        description: "Your TODO list, which you share with your assistant.",
        id: "./",
        start_url: "./",
        display: "standalone",
        ...COLOURS,
        icons: SIZES.flatMap((size) => [icon(size, "any"), icon(size, "maskable")]),
    };
    await writeFile(`${dist}/manifest.webmanifest`, `${JSON.stringify(manifest, null, 2)}\n`);
    const kept = assets.filter((name) => !name.startsWith("assets/icon-512-"));
    const files = ["./", "manifest.webmanifest", ...kept];
    const contents = [`${dist}/index.html`, ...files.slice(1).map((file) => `${dist}/${file}`)].map((file) =>
        readFile(file),
    );
    const version = hashed(Buffer.concat(await Promise.all(contents)));
    await build({
        absWorkingDir: web,
        entryPoints: { sw: "src/worker/worker.ts" },
        outdir: "dist",
        bundle: true,
        format: "iife",
        target: "es2022",
        minify: true,
        legalComments: "none",
        define: { FILES: JSON.stringify(files), VERSION: JSON.stringify(version) },
    });
}
