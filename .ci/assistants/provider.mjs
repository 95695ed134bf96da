// This OpenID provider (the certified npm package oidc-provider) has a login page. In the tests, this provider replaces
// the provider of a real deployment. The access tokens of this provider are opaque. The ID tokens do not contain the
// person's e-mail address, because by default, only the userinfo endpoint of oidc-provider returns claims.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const secret = () => randomBytes(24).toString("base64url");
const page = (body) => `<!doctype html><html lang="en"><title>Sign in</title><body>${body}</body></html>`;
const FORM = page(
    `<h1>Sign in</h1><form method="post"><input name="name" aria-label="Name"><input name="password" type="password"
     aria-label="Password"><button>Sign in</button></form>`,
);

// Starts the provider with these OAuth clients. `people` maps each person's name to the person's `password` and
// `claims`. If `namesItself` is true, the provider puts the parameter `iss` (RFC 9207) into its answers, and announces
// this parameter in its discovery document. With `tls`, the provider listens with https: `tls` has the host name
// `host`, and the PEM texts `key` and `cert`. Returns the issuer, a function that counts the requests, and a function
// that stops the provider.
export async function startProvider(tools, clients, people, namesItself, tls) {
    const require = createRequire(`${resolve(tools)}/`);
    const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));
    const server = tls ? createSecureServer(tls) : createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address();
    const issuer = tls ? `https://${tls.host}:${port}` : `http://127.0.0.1:${port}`;
    const provider = new Provider(issuer, { ...configuration(people), clients });
    if (!namesItself) {
        provider.use((context, next) => next().then(() => leaveOutIssuer(context)));
    }
    const answer = provider.callback();
    const asked = [];
    server.on("request", (request, response) => {
        asked.push(`${request.method} ${request.url.split("?")[0]}`);
        if (!request.url.startsWith("/interaction/")) {
            answer(request, response);
            return;
        }
        interact(provider, people, request, response).catch((error) => response.writeHead(500).end(page(String(error))));
    });
    return {
        issuer,
        // Returns how often the provider has received the request in the argument `what`, for example "POST /token".
        timesAsked: (what) => asked.filter((request) => request === what).length,
        stop: async () => {
            const closed = new Promise((done) => server.close(done));
            server.closeAllConnections();
            await closed;
        },
    };
}

// Removes the parameter `iss` from the answers to authorization requests. Also removes a member of the discovery
// document: the member that announces `iss`. Amazon Cognito and many other providers do not send `iss` either.
function leaveOutIssuer(context) {
    delete context.body?.authorization_response_iss_parameter_supported;
    const location = context.response.get("location");
    if (URL.canParse(location)) {
        const url = new URL(location);
        url.searchParams.delete("iss");
        context.response.set("location", url.href);
    }
}

function configuration(people) {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const hour = 3600;
    return {
        jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256" }] },
        cookies: { keys: [secret()] },
        claims: { openid: ["sub"], email: ["email", "email_verified"] },
        findAccount: (_, name) => ({ accountId: name, claims: () => ({ sub: name, ...people[name].claims }) }),
        // The provider does not ask the people for their consent. After each sign-in, the provider grants everything
        // that the client requests.
        loadExistingGrant: grantWhatIsAsked,
        ttl: { AccessToken: hour, IdToken: hour, Interaction: hour, Session: hour, Grant: hour },
        features: { devInteractions: { enabled: false } },
    };
}

async function grantWhatIsAsked(context) {
    const { client, session, params, provider } = context.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(params.scope);
    await grant.save();
    return grant;
}

// Shows the login page, and handles the form that the person sends.
async function interact(provider, people, request, response) {
    await provider.interactionDetails(request, response);
    if (request.method !== "POST") {
        response.writeHead(200, { "content-type": "text/html" }).end(FORM);
        return;
    }
    const typed = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    const name = typed.get("name");
    if (!Object.hasOwn(people, name) || people[name].password !== typed.get("password")) {
        response.writeHead(403, { "content-type": "text/html" }).end(FORM);
        return;
    }
    await provider.interactionFinished(request, response, { login: { accountId: name } });
}
