// A small program that signs in according to MCP's authorization specification. The program uses no library, so a test
// can change each request.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { keep } from "./world.mjs";

export const REDIRECT_URI = "http://127.0.0.1:9/notebook";
const random = () => randomBytes(32).toString("base64url");

// Registers the program (RFC 7591). Returns the answer of our server.
export async function register(service, redirectUri = REDIRECT_URI) {
    const wish = { client_name: "A notebook", redirect_uris: [redirectUri], token_endpoint_auth_method: "none" };
    const response = await post(service, "/oauth/register", JSON.stringify(wish), { "content-type": "application/json" });
    assert.equal(response.status, 201, response.json?.error_description);
    return response.json;
}

// The address that starts a sign-in, with the code verifier and the `state` that belong to this address.
export function authorization(service, client, more = {}) {
    const [verifier, state] = [random(), random()];
    keep(verifier);
    const url = new URL("/oauth/authorize", service.url);
    url.search = new URLSearchParams({
        response_type: "code",
        client_id: client.client_id,
        redirect_uri: client.redirect_uris[0],
        code_challenge: createHash("sha256").update(verifier).digest("base64url"),
        code_challenge_method: "S256",
        resource: `${service.url}/mcp`,
        state,
        ...more,
    });
    return { url, verifier, state };
}

// Sends the fields to the token endpoint, in the encoding of an HTML form. Keeps the tokens of the answer.
export async function askForTokens(service, fields, headers = {}) {
    const answer = await post(service, "/oauth/token", new URLSearchParams(fields), headers);
    if (answer.status === 200) {
        keep(answer.json.access_token, answer.json.refresh_token);
    }
    return answer;
}

// The fields with which the program exchanges the code for tokens. The code is in the address `returned`.
export function redeeming(client, { verifier, state }, returned) {
    const answer = Object.fromEntries(returned.searchParams);
    assert.equal(answer.error, undefined, answer.error_description);
    assert.equal(answer.state, state);
    keep(answer.code);
    return {
        grant_type: "authorization_code",
        client_id: client.client_id,
        redirect_uri: client.redirect_uris[0],
        code: answer.code,
        code_verifier: verifier,
    };
}

// Registers, lets the person `who` sign in, and returns the tokens together with the client's id.
export async function signInAs(world, service, who, more) {
    const client = await register(service);
    const started = authorization(service, client, more);
    const { returned } = await world.decide(started.url, who);
    const { status, json } = await askForTokens(service, redeeming(client, started, returned));
    assert.equal(status, 200, json?.error_description);
    return { ...json, client_id: client.client_id };
}

async function post(service, path, body, headers) {
    const response = await fetch(service.url + path, { method: "POST", body, headers });
    const type = response.headers.get("content-type") ?? "";
    return { status: response.status, json: type.includes("json") ? await response.json() : undefined };
}
