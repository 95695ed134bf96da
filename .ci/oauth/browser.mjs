// These functions act like a person who signs in with a browser. The browser cannot resolve host names, so no request
// of the browser can leave this machine.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

export async function startBrowser(tools) {
    const { chromium } = createRequire(`${resolve(tools)}/`)("playwright-core");
    const which = execFileSync("sh", ["-c", `for name in ${NAMES.join(" ")}; do command -v $name && break; done`]);
    return chromium.launch({
        executablePath: which.toString().trim(),
        args: ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
    });
}

// Opens `url` in a browser without cookies, and signs in. After the sign-in, the provider redirects the browser to
// `redirectUri`. The function returns the query parameters that the provider adds to `redirectUri`. No server needs to
// listen at `redirectUri`.
export async function signIn(browser, url, redirectUri, name, password) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const returned = page.waitForRequest((request) => request.url().startsWith(`${redirectUri}?`), { timeout: 10_000 });
    // The function awaits the promise `returned` only after several other steps. If one of these steps fails, the test
    // must report the error of this step. So the next line ignores an error of the promise `returned`.
    returned.catch(() => {});
    await page.goto(String(url));
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click({ noWaitAfter: true });
    const callback = new URL((await returned).url());
    await context.close();
    return callback.searchParams;
}
