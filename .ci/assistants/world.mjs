// The tests of this folder need the same servers: certified OpenID providers, our servers and a browser. Environment
// variables: `TODO` is the path of the server's executable. `TOOLS` is the folder of the installed npm packages. `LOGS`
// is the folder for the output of the servers. The tests write every secret that they use into the file `SECRETS`, one
// secret per line.
import { randomBytes } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { decide, signIn, startBrowser } from "./person.mjs";
import { startProvider } from "./provider.mjs";
import { freePort, startService } from "./service.mjs";

const { TODO, TOOLS, LOGS, SECRETS } = process.env;

// The claims of the people. Only people with a verified address of example.com may sign in at our servers.
const CLAIMS = {
    ada: { email: "ada@example.com", email_verified: true },
    grace: { email: "grace@example.com", email_verified: true },
    mallory: { email: "mallory@elsewhere.example", email_verified: true },
    trudy: { email: "ada@example.com", email_verified: false },
};

const used = [];

// Writes these secrets into the file `SECRETS`.
export function keep(...secrets) {
    const known = secrets.filter((secret) => secret !== undefined);
    used.push(...known);
    appendFileSync(SECRETS, known.map((secret) => `${secret}\n`).join(""));
}

export const secretsKept = () => used;

const random = () => randomBytes(32).toString("base64url");

// Starts all servers. There are two copies of our server, and each copy has its own provider. The server `withSecret`
// has a client secret, and its provider puts `iss` into the answers. The server `withoutSecret` has no client secret,
// its provider demands PKCE, and its provider leaves out `iss`. The provider of `withSecret` also has the client
// `photos`, which belongs to another service. One test uses the redirect URI of this client, to read the code.
export async function startWorld(name) {
    const people = Object.fromEntries(Object.entries(CLAIMS).map(([who, claims]) => [who, { claims, password: random() }]));
    keep(...Object.values(people).map(({ password }) => password));
    const secret = random();
    keep(secret, Buffer.from(`todo:${secret}`).toString("base64"));
    const start = async (kind, authentication, namesItself, photos = []) => {
        const port = await freePort();
        const url = `http://127.0.0.1:${port}`;
        const client = { client_id: "todo", redirect_uris: [`${url}/oauth/callback`], ...authentication };
        const others = photos.map((photo) => Object.assign(photo, { redirect_uris: [`${url}/privacy`] }));
        const provider = await startProvider(TOOLS, [client, ...others], people, namesItself);
        const environment = {
            OAUTH_ISSUER: provider.issuer,
            OAUTH_CLIENT_ID: client.client_id,
            OAUTH_PEOPLE: "example.com",
            ...(client.client_secret && { OAUTH_CLIENT_SECRET: client.client_secret }),
        };
        return { ...(await startService(TODO, port, environment, join(LOGS, `${name}-${kind}.log`))), provider };
    };
    const photos = { client_id: "photos", token_endpoint_auth_method: "none" };
    const withSecret = await start("with-secret", { client_secret: secret }, true, [photos]);
    const withoutSecret = await start("without-secret", { token_endpoint_auth_method: "none" }, false);
    const browser = await startBrowser(TOOLS);
    return {
        withSecret,
        withoutSecret,
        photos,
        // The person `who` opens the address `url`, and signs in. Returns the result of `signIn`.
        signIn: (url, who) => signIn(browser, url, who, people[who].password),
        // The person `who` opens the address `url`, signs in, and decides. Returns the result of `decide`.
        decide: (url, who, decision) => decide(browser, url, who, people[who].password, decision),
        stop: async () => {
            await browser.close();
            for (const service of [withSecret, withoutSecret]) {
                await service.stop();
                await service.provider.stop();
            }
        },
    };
}
