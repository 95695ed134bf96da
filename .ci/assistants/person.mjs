// These functions act like a person who signs in with a browser. The browser cannot resolve host names, so no request
// of the browser can leave this machine.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const PATIENCE = 15_000;

// Starts Chromium. `more` contains further command line options. A later option replaces the same earlier option.
export async function startBrowser(tools, more = []) {
    const { chromium } = createRequire(`${resolve(tools)}/`)("playwright-core");
    const which = execFileSync("sh", ["-c", `for name in ${NAMES.join(" ")}; do command -v $name && break; done`]);
    return chromium.launch({
        executablePath: which.toString().trim(),
        args: ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost", ...more],
    });
}

// Fills in the login page of the provider in provider.mjs.
async function fillIn(page, name, password) {
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
}

// Opens `url` in a browser without cookies, and signs in with this name and password. `login` fills in the login pages
// of the provider. Returns the page that follows the login pages, and a function that closes the browser.
export async function signIn(browser, url, name, password, login = fillIn) {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(String(url));
    await login(page, name, password);
    return { page, close: () => context.close() };
}

// Signs in with `signIn`, and presses the button `decision` ("Allow" or "Deny") on the consent page. Then the browser
// goes to the redirect URI of the program. Returns the text of the consent page, and the address that the browser then
// opens: the redirect URI with all query parameters. No server needs to listen at the redirect URI.
export async function decide(browser, url, name, password, decision = "Allow", login = fillIn) {
    const redirectUri = new URL(url).searchParams.get("redirect_uri");
    const { page, close } = await signIn(browser, url, name, password, login);
    await page.getByRole("button", { name: decision, exact: true }).waitFor();
    const consent = await page.locator("main").innerText();
    const returned = page.waitForRequest((request) => request.url().startsWith(`${redirectUri}?`), { timeout: PATIENCE });
    // If the click fails, the test must report the error of the click, and not the error of `returned`.
    returned.catch(() => {});
    await page.getByRole("button", { name: decision, exact: true }).click({ noWaitAfter: true });
    const request = await returned;
    // The program must get the whole request before the browser closes.
    await request.response();
    await close();
    return { consent, returned: new URL(request.url()) };
}
