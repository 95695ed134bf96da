// Runs the programs of other vendors in the same way as a person runs them. Each program has its own home folder. If a
// program wants to open an address in the browser, the program runs a script, and the script writes the address into a
// file. Then the test opens the address in Chromium.
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE = 40_000;
const BIN = resolve(process.env.TOOLS, "node_modules/.bin");
const ADDRESS = "address";
// The script writes the file under another name, and renames the complete file. So the test never reads an incomplete
// address.
const BROWSER = `#!/bin/sh
printf '%s' "$1" >"$HOME/${ADDRESS}.new"
mv "$HOME/${ADDRESS}.new" "$HOME/${ADDRESS}"
`;

// The documents of the vendors describe these variables. With these variables, a program sends nothing to its vendor.
const NO_TELEMETRY = {
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_ERROR_REPORTING: "1",
    DISABLE_AUTOUPDATER: "1",
    DO_NOT_TRACK: "1",
    GEMINI_TELEMETRY_ENABLED: "false",
};

export class Home {
    constructor() {
        this.folder = mkdtempSync(join(tmpdir(), "assistant-"));
        this.work = join(this.folder, "work");
        const [bin, temporary] = [join(this.folder, "bin"), join(this.folder, "tmp")];
        [this.work, bin, temporary].forEach((folder) => mkdirSync(folder));
        // Some programs run `$BROWSER`, and others run `xdg-open`.
        this.browser = join(bin, "xdg-open");
        writeFileSync(this.browser, BROWSER);
        chmodSync(this.browser, 0o755);
        this.environment = {
            ...NO_TELEMETRY,
            HOME: this.folder,
            TMPDIR: temporary,
            CLAUDE_CODE_TMPDIR: temporary,
            BROWSER: this.browser,
            PATH: `${bin}:${BIN}:/usr/local/bin:/usr/bin:/bin`,
            LANG: "C.UTF-8",
            TERM: "xterm",
        };
    }

    // Writes a file in the home folder.
    write(path, content) {
        mkdirSync(join(this.folder, path, ".."), { recursive: true });
        writeFileSync(join(this.folder, path), JSON.stringify(content));
    }

    // The JSON content of a file in the home folder.
    read(path) {
        return JSON.parse(readFileSync(join(this.folder, path), "utf8"));
    }

    // The names of the files in a folder of the home folder.
    list(path) {
        return readdirSync(join(this.folder, path));
    }

    // Runs a program to its end. `terminal` gives the program a terminal. Returns the exit code and the output.
    async run(command, { terminal = false, meanwhile } = {}) {
        const words = terminal ? ["script", "-qfec", command.map(quoted).join(" "), "/dev/null"] : command;
        const child = spawn(words[0], words.slice(1), { cwd: this.work, env: this.environment, stdio: ["ignore", "pipe", "pipe"] });
        let output = "";
        child.stdout.on("data", (text) => (output += text));
        child.stderr.on("data", (text) => (output += text));
        const ended = new Promise((done) => child.on("close", done));
        const timer = setTimeout(() => child.kill(), PATIENCE);
        // The program continues to run while a person signs in. If the program ends earlier, its output contains the
        // reason.
        const acted = meanwhile?.(() => child.exitCode === null);
        acted?.catch(() => child.kill());
        const code = await ended;
        clearTimeout(timer);
        await acted?.catch((error) => {
            throw new Error(`${error.message}\n${command.join(" ")} ended with ${code}: ${output}`);
        });
        return { code, output };
    }

    // The next address that a program opens in the browser. `goesOn` says whether the program is still running.
    async address(goesOn = () => true) {
        const file = join(this.folder, ADDRESS);
        for (const deadline = Date.now() + PATIENCE; Date.now() < deadline && goesOn(); await sleep(50)) {
            if (existsSync(file)) {
                const address = readFileSync(file, "utf8");
                rmSync(file);
                return new URL(address);
            }
        }
        throw new Error("The program opened no address in the browser.");
    }

    remove() {
        rmSync(this.folder, { recursive: true, force: true });
    }
}

const quoted = (word) => `'${word.replaceAll("'", `'\\''`)}'`;
