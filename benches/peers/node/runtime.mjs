// This program does the work of Lambda's managed runtime for Node.js. The program asks the Runtime API for events, and
// gives the events to the bundled handler. The benchmark does not use Amazon's own client (aws-lambda-ric), because the
// compilation of this client needs CMake. Amazon's client does more work than this program. So with Amazon's client,
// the results of Node.js would be slightly worse.
import { createRequire } from "node:module";
import http from "node:http";

const { handler } = createRequire(import.meta.url)("./dist/app.cjs");
const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function ask(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, agent, method, path: `/2018-06-01/runtime/invocation/${path}` }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve({ headers: answer.headers, text: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject);
    if (body === undefined) return request.end();
    request.setHeader("Content-Length", Buffer.byteLength(body));
    request.end(body);
  });
}

for (;;) {
  const { headers, text } = await ask("GET", "next");
  const id = headers["lambda-runtime-aws-request-id"];
  const answer = await handler(JSON.parse(text), { awsRequestId: id });
  await ask("POST", `${id}/response`, JSON.stringify(answer));
}
