// A program connects to the service, and a person signs in with Chromium and allows the program. Standard input
// contains a JSON object with `url`, the address of the service, and with `name`, `password`, `new_password` and
// `certificate`. The script prints the tokens as JSON. The script needs the environment variables of
// .ci/assistants/world.mjs.
import { createHash, X509Certificate } from "node:crypto";
import { text } from "node:stream/consumers";
import { signInAs } from "../../.ci/assistants/notebook.mjs";
import { decide, startBrowser } from "../../.ci/assistants/person.mjs";
import { keep } from "../../.ci/assistants/world.mjs";

const wish = JSON.parse(await text(process.stdin));
// The first password that Cognito sends is short and works only once. So the search for secrets in the logs does not
// search for this password.
keep(wish.new_password ?? wish.password);

// The hash of the public key of our certificate. Chromium accepts certificates with this public key.
const key = new X509Certificate(wish.certificate).publicKey.export({ type: "spki", format: "der" });
const hash = createHash("sha256").update(key).digest("base64");

// Fills in Cognito's login pages: first the e-mail address, then the password. If the password is the first password
// that Cognito has sent, Cognito asks for a new password.
async function atCognito(page, name, password) {
    const [username, next] = [page.getByLabel("Username"), page.getByRole("button", { name: "Next" })];
    if (!(await username.isVisible())) {
        throw new Error(`Cognito shows no login page: ${await page.locator("body").innerText()}`);
    }
    await username.fill(name);
    if (await next.isVisible()) {
        await next.click();
    }
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    if (wish.new_password) {
        await page.getByLabel("New password", { exact: true }).fill(wish.new_password);
        await page.getByLabel("Confirm new password").fill(wish.new_password);
        await page.getByRole("button", { name: "Update password" }).click();
    }
}

const browser = await startBrowser(process.env.TOOLS, [
    "--host-resolver-rules=MAP * 127.0.0.1",
    `--ignore-certificate-errors-spki-list=${hash}`,
]);
try {
    const login = wish.cognito ? atCognito : undefined;
    const world = { decide: (url, who) => decide(browser, url, who, wish.password, "Allow", login) };
    console.log(JSON.stringify(await signInAs(world, { url: wish.url }, wish.name)));
} finally {
    await browser.close();
}
