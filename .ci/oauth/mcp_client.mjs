// The MCP SDK expects these functions from every application that uses OAuth. The functions store values, and send a
// person to the sign-in page in a browser.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

// `visit(url, redirectUri)` opens `url` in a browser, and returns the query parameters of the redirect to
// `redirectUri`. The client calls the function `keep` with every secret, so that a later check can search the logs for
// these secrets.
export function mcpClient(redirectUris, visit, keep) {
    const stored = {};
    return {
        stored,
        redirectUrl: redirectUris[0],
        clientMetadata: { client_name: "A notebook", redirect_uris: redirectUris, token_endpoint_auth_method: "none" },
        state: () => (stored.state = randomBytes(12).toString("base64url")),
        clientInformation: () => stored.client,
        saveClientInformation: (client) => void (stored.client = client),
        tokens: () => stored.tokens,
        saveTokens: (tokens) => {
            keep(tokens.access_token, tokens.refresh_token, tokens.id_token);
            stored.tokens = tokens;
        },
        discoveryState: () => stored.discovery,
        saveDiscoveryState: (discovery) => void (stored.discovery = discovery),
        codeVerifier: () => stored.verifier,
        saveCodeVerifier: (verifier) => {
            keep(verifier);
            stored.verifier = verifier;
        },
        redirectToAuthorization: async (url) => {
            stored.authorizationUrl = url;
            const returned = await visit(url, redirectUris[0]);
            assert.equal(returned.get("error"), null, returned.get("error_description"));
            assert.equal(returned.get("state"), stored.state);
            stored.answer = { authorizationCode: returned.get("code"), iss: returned.get("iss") ?? undefined };
            keep(stored.answer.authorizationCode);
        },
    };
}
