// This OpenID provider (the certified npm package oidc-provider) has a login page. In the tests, this provider replaces
// the provider of a real deployment. A test can stop the provider, or make the provider silent. After a restart, the
// provider has the same keys and the same address as before.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

export const SCOPE = "todos";
export const AUDIENCE = "https://todos.example/api";
// The audience of a different service. The provider also issues tokens for this service.
export const OTHER_API = "https://photos.example/";

const secret = () => randomBytes(24).toString("base64url");
const page = (body) => `<!doctype html><html lang="en"><title>Sign in</title><body>${body}</body></html>`;

// Starts the provider with these OAuth clients. `people` is the list of the people's names. Returns the issuer, the
// passwords, and functions that control the provider.
export async function startProvider(tools, clients, people) {
    const require = createRequire(`${resolve(tools)}/`);
    const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));
    const passwords = Object.fromEntries(people.map((name) => [name, secret()]));
    const server = createServer();
    const port = await listen(server, 0);
    const issuer = `http://127.0.0.1:${port}`;
    const provider = new Provider(issuer, { ...configuration(), clients });
    const state = { asked: [], mute: false, namesItself: false };
    provider.use((context, next) => next().then(() => state.namesItself || leaveOutIssuer(context.response)));
    const answer = provider.callback();
    server.on("request", (request, response) => {
        state.asked.push(`${request.method} ${request.url.split("?")[0]}`);
        if (state.mute) {
            return;
        }
        if (!request.url.startsWith("/interaction/")) {
            answer(request, response);
            return;
        }
        interact(provider, passwords, request, response).catch((error) => response.writeHead(500).end(page(String(error))));
    });
    return { issuer, passwords, ...controls(server, port, state) };
}

// Removes the parameter `iss` (RFC 9207) from the answer to an authorization request. Amazon Cognito and many other
// providers also leave `iss` out of this answer.
function leaveOutIssuer(response) {
    const location = response.get("location");
    if (URL.canParse(location)) {
        const url = new URL(location);
        url.searchParams.delete("iss");
        response.set("location", url.href);
    }
}

async function listen(server, port) {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return server.address().port;
}

function controls(server, port, state) {
    return {
        // Returns how often the provider has received the request in the argument `what`, for example "POST /token".
        timesAsked: (what) => state.asked.filter((asked) => asked === what).length,
        // Closes the open connections. After `stop`, the provider refuses new connections.
        stop: async () => {
            const closed = new Promise((done) => server.close(done));
            server.closeAllConnections();
            await closed;
        },
        start: () => listen(server, port),
        setNamesItself: (namesItself) => {
            state.namesItself = namesItself;
        },
        // A mute provider accepts requests, but never answers these requests.
        setMute: (mute) => {
            state.mute = mute;
            server.closeAllConnections();
        },
    };
}

function configuration() {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const hour = 3600;
    return {
        jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256" }] },
        cookies: { keys: [secret()] },
        scopes: ["openid", SCOPE],
        pkce: { required: (_, client) => client.clientAuthMethod === "none" },
        findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
        // The provider does not ask the people for their consent. After each sign-in, the provider grants everything
        // that the client requests.
        loadExistingGrant: grantWhatIsAsked,
        issueRefreshToken: (_, client) => client.grantTypeAllowed("refresh_token"),
        ttl: { AccessToken: hour, IdToken: hour, RefreshToken: hour, Interaction: hour, Session: hour, Grant: hour },
        features: {
            devInteractions: { enabled: false },
            resourceIndicators: {
                enabled: true,
                defaultResource: () => AUDIENCE,
                useGrantedResource: () => true,
                getResourceServerInfo: (_, resource) => ({
                    scope: resource === AUDIENCE ? SCOPE : "photos",
                    audience: resource,
                    accessTokenFormat: "jwt",
                    jwt: { sign: { alg: "RS256" } },
                }),
            },
        },
    };
}

async function grantWhatIsAsked(context) {
    const { client, session, params, provider, resourceServers } = context.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(params.scope);
    for (const resource of Object.keys(resourceServers)) {
        grant.addResourceScope(resource, params.scope);
    }
    await grant.save();
    return grant;
}

// Shows the login page, and handles the form that the person sends.
async function interact(provider, passwords, request, response) {
    const form = page(
        `<h1>Sign in</h1><form method="post"><input name="name" aria-label="Name"><input name="password" type="password"
         aria-label="Password"><button>Sign in</button></form>`,
    );
    await provider.interactionDetails(request, response);
    if (request.method !== "POST") {
        response.writeHead(200, { "content-type": "text/html" }).end(form);
        return;
    }
    const typed = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    const name = typed.get("name");
    if (!Object.hasOwn(passwords, name) || passwords[name] !== typed.get("password")) {
        response.writeHead(403, { "content-type": "text/html" }).end(form);
        return;
    }
    // If the client is a program on the person's machine, the provider asks for consent at each sign-in. In these
    // tests, each sign-in also includes this consent.
    await provider.interactionFinished(request, response, { login: { accountId: name }, consent: {} });
}
