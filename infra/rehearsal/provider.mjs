// Starts a certified OpenID provider other than Cognito. Standard input contains a JSON object with `host`,
// `redirect_uri`, `name`, `password`, `email`, `key`, `cert` and the client's `secret`. The script prints the issuer.
// The script needs the environment variables of .ci/assistants/world.mjs.
import { text } from "node:stream/consumers";
import { startProvider } from "../../.ci/assistants/provider.mjs";
import { keep } from "../../.ci/assistants/world.mjs";

const wish = JSON.parse(await text(process.stdin));
keep(wish.password, wish.secret);
const client = { client_id: "todo", redirect_uris: [wish.redirect_uri], client_secret: wish.secret };
const people = { [wish.name]: { password: wish.password, claims: { email: wish.email, email_verified: true } } };
const { issuer } = await startProvider(process.env.TOOLS, [client], people, true, wish);
console.log(issuer);
