// In these tests, people sign in with a real browser at a real OpenID provider, and allow a program to use their todos.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { REDIRECT_URI, askForTokens, authorization, redeeming, register, signInAs } from "./notebook.mjs";
import { add, ask, titles } from "./service.mjs";
import { keep, secretsKept, startWorld } from "./world.mjs";

const { LOGS } = process.env;
const NAME = "sign-in";
let world;

before(async () => {
    world = await startWorld(NAME);
});
after(() => world?.stop());

const timed = (name, body) => test(name, { timeout: 60_000 }, body);

const PROVIDERS = {
    withSecret: "wants a client secret and names itself in `iss`",
    withoutSecret: "wants PKCE, and neither a client secret nor `iss`",
};
for (const [kind, what] of Object.entries(PROVIDERS)) {
    timed(`ada signs in at a provider that ${what}, and her tokens read and write her todos`, async () => {
        const service = world[kind];
        const asked = service.provider.timesAsked("GET /me");
        const tokens = await signInAs(world, service, "ada");
        assert.equal(service.provider.timesAsked("GET /me"), asked + 1, "only the userinfo endpoint tells the e-mail address");
        assert.equal(tokens.token_type.toLowerCase(), "bearer");
        assert.equal(tokens.expires_in, 3600);
        await add(service, tokens.access_token, "Ada's first");
        assert.deepEqual(await titles(service, tokens.access_token), ["Ada's first"]);

        const refresh = { grant_type: "refresh_token", refresh_token: tokens.refresh_token, client_id: tokens.client_id };
        const { status, json } = await askForTokens(service, refresh);
        assert.equal(status, 200, json?.error_description);
        assert.notEqual(json.access_token, tokens.access_token);
        assert.notEqual(json.refresh_token, tokens.refresh_token);
        assert.deepEqual(await titles(service, json.access_token), ["Ada's first"]);
    });
}

timed("two people see two lists, and the ids of one are nobody's for the other", async () => {
    const service = world.withSecret;
    const [ada, grace] = [(await signInAs(world, service, "ada")).access_token, (await signInAs(world, service, "grace")).access_token];
    const { id } = await add(service, ada, "For Ada alone");
    await add(service, grace, "For Grace alone");
    const lists = [await titles(service, ada), await titles(service, grace)];
    assert.deepEqual(lists.map((list) => list.includes("For Ada alone")), [true, false]);
    assert.deepEqual(lists.map((list) => list.includes("For Grace alone")), [false, true]);
    for (const [method, body] of [["GET"], ["PATCH", { title: "Grace was here" }], ["DELETE"]]) {
        const { status, json } = await ask(service, grace, method, `/todos/${id}`, body);
        assert.equal(status, 404, method);
        assert.equal(json.code, "not_found");
    }
    assert.equal((await ask(service, ada, "GET", `/todos/${id}`)).json.todo.title, "For Ada alone");
});

timed("the consent page tells who is signed in and where the access goes, and a denial gives no code", async () => {
    const client = await register(world.withSecret);
    const started = authorization(world.withSecret, client, { scope: "todos:read" });
    const { consent, returned } = await world.decide(started.url, "grace", "Deny");
    assert.match(consent, /grace@example\.com/);
    assert.match(consent, /program on this computer/i);
    const { error, state, iss, code } = Object.fromEntries(returned.searchParams);
    assert.deepEqual([error, state, iss, code], ["access_denied", started.state, world.withSecret.url, undefined]);
});

timed("a program that may only read cannot add a todo", async () => {
    const { access_token, scope } = await signInAs(world, world.withSecret, "ada", { scope: "todos:read" });
    assert.equal(scope, "todos:read");
    assert.equal((await ask(world.withSecret, access_token, "GET", "/todos")).status, 200);
    const { status, headers } = await ask(world.withSecret, access_token, "POST", "/todos", { todos: [{ title: "No" }] });
    assert.equal(status, 403);
    assert.match(headers.get("www-authenticate"), /^Bearer .*error="insufficient_scope"/);
});

for (const [who, why] of [["mallory", "has an address elsewhere"], ["trudy", "has an address that the provider did not verify"]]) {
    timed(`${who}, who ${why}, gets a page and no access`, async () => {
        const client = await register(world.withSecret);
        const { url } = authorization(world.withSecret, client);
        const { page, close } = await world.signIn(url, who);
        await page.waitForURL((address) => address.pathname === "/oauth/callback");
        assert.match(await page.locator("main").innerText(), /may not|not allowed|cannot/i);
        assert.equal(await page.getByRole("button", { name: "Allow" }).count(), 0);
        await close();
    });
}

timed("a code works once, and only with the verifier of its sign-in", async () => {
    const service = world.withSecret;
    const client = await register(service);
    const started = authorization(service, client);
    const { returned } = await world.decide(started.url, "ada");
    const fields = redeeming(client, started, returned);
    const refused = (answer) => assert.deepEqual([answer.status, answer.json.error], [400, "invalid_grant"]);
    refused(await askForTokens(service, { ...fields, code_verifier: randomBytes(32).toString("base64url") }));
    const { status, json } = await askForTokens(service, fields);
    assert.equal(status, 200, "a wrong verifier has not spent the code");
    refused(await askForTokens(service, fields));
    assert.equal((await ask(service, json.access_token, "GET", "/todos")).status, 401, "the second use ends the access");
});

timed("whom nobody knows, and redirect URIs outside the policy, are refused without a redirect", async () => {
    const service = world.withSecret;
    const client = await register(service);
    const wrong = [
        { client_id: "somebody" },
        { client_id: "https://programs.example/client.json" },
        { redirect_uri: "https://evil.example/callback" },
        { redirect_uri: `${REDIRECT_URI}/..` },
    ];
    for (const change of wrong) {
        const { url } = authorization(service, client, change);
        const answer = await fetch(url, { redirect: "manual" });
        assert.equal(answer.status, 400, JSON.stringify(change));
        assert.equal(answer.headers.get("location"), null);
    }
});

timed("the provider's own tokens for another service open nothing", async () => {
    const { issuer } = world.withSecret.provider;
    const started = authorization({ url: issuer }, world.photos, { scope: "openid email" });
    started.url.pathname = "/auth";
    started.url.searchParams.delete("resource");
    const { page, close } = await world.signIn(started.url, "ada");
    await page.waitForURL((address) => address.searchParams.has("code"));
    const fields = redeeming(world.photos, started, new URL(page.url()));
    await close();
    const tokens = await (await fetch(`${issuer}/token`, { method: "POST", body: new URLSearchParams(fields) })).json();
    keep(tokens.access_token, tokens.id_token);
    assert.ok(!tokens.access_token.includes("."), "the access tokens of the provider are opaque");
    for (const token of [tokens.access_token, tokens.id_token]) {
        const { status, headers } = await ask(world.withSecret, token, "GET", "/todos");
        assert.equal(status, 401);
        assert.match(headers.get("www-authenticate"), /^Bearer .*resource_metadata="/);
    }
});

timed("nothing that the servers wrote has a secret in it", async () => {
    await world.stop();
    world = undefined;
    const files = readdirSync(LOGS).filter((name) => name.startsWith(`${NAME}-`));
    const written = files.map((name) => readFileSync(join(LOGS, name), "utf8")).join("");
    for (const line of ["getTodos answered 200", "getTodos answered 401", "/oauth/token answered 400"]) {
        assert.ok(written.includes(line), `"${line}" is not among what is searched`);
    }
    // If the logs contain a secret, the test prints only the position of this secret in the list. So the output of this
    // test does not contain the secrets themselves.
    const used = secretsKept();
    assert.deepEqual(used.flatMap((secret, place) => (written.includes(secret) ? [place] : [])), []);
    assert.ok(used.length > 30 && used.every((secret) => secret.length >= 20), String(used.length));
});
