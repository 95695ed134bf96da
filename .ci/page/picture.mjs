// Makes a screenshot small enough for the documents, with pngquant.
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";

const MOST_BYTES = 60 * 1024;

export function makeSmall(file) {
    execFileSync("pngquant", ["--speed=1", "--strip", "--force", "--output", file, file]);
    const { size } = statSync(file);
    if (size > MOST_BYTES) throw new Error(`${file} has ${size} bytes`);
}
