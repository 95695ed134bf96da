// Starts a certified OpenID provider, another one than Cognito. Standard input contains a JSON object with `host`,
// `redirect_uri`, `name`, `password`, `email`, `key`, `cert` and the client's `secret`. The script prints the issuer. Environment
// variable: `TOOLS`, the folder of the npm packages.
import { text } from "node:stream/consumers";
import { startProvider } from "../../.ci/assistants/provider.mjs";

const wish = JSON.parse(await text(process.stdin));
const client = { client_id: "todo", redirect_uris: [wish.redirect_uri], client_secret: wish.secret };
const people = { [wish.name]: { password: wish.password, claims: { email: wish.email, email_verified: true } } };
const { issuer } = await startProvider(process.env.TOOLS, [client], people, true, wish);
console.log(issuer);
