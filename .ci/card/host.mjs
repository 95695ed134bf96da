// The page of a chat that shows cards. `chat.mjs` bundles this file for the browser, and calls its functions. The host
// side of the protocol is the official one.
import { AppBridge, PostMessageTransport } from "@modelcontextprotocol/ext-apps/app-bridge";

// All messages that the card has sent.
window.sent = [];
let frame;
let bridge;

window.addEventListener("message", ({ source, data }) => {
    if (source === frame?.contentWindow) window.sent.push(data);
});

// Shows the card in a sandboxed frame, which has no origin. The Content-Security-Policy is the one of the specification
// for a card that names no domains.
window.mount = async ({ html, context, capabilities, width }) => {
    frame = document.createElement("iframe");
    frame.sandbox = "allow-scripts";
    frame.style.width = `${width}px`;
    document.body.append(frame);
    bridge = new AppBridge(null, { name: "test", version: "1" }, capabilities, { hostContext: context });
    bridge.oncalltool = (params) => window.callTool(params);
    bridge.onupdatemodelcontext = async (params) => {
        window.told = params;
        return {};
    };
    bridge.onsizechange = ({ height }) => {
        frame.style.height = `${height}px`;
    };
    const initialized = new Promise((resolve) => {
        bridge.oninitialized = resolve;
    });
    await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
    const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'";
    frame.srcdoc = html.replace("<head>", `<head><meta http-equiv="Content-Security-Policy" content="${policy}">`);
    await initialized;
};

window.input = (args) => bridge.sendToolInput({ arguments: args });
window.result = (result) => bridge.sendToolResult(result);
window.cancel = () => bridge.sendToolCancelled({ reason: "The person stopped it" });
window.surround = (context) => bridge.setHostContext(context);
window.tearDown = () => bridge.teardownResource({});
window.resize = (width) => {
    frame.style.width = `${width}px`;
};

// Sends messages to the card from a frame that is not its host.
window.forge = async (messages) => {
    const other = document.createElement("iframe");
    other.srcdoc = `<script>for (const message of ${JSON.stringify(messages).replaceAll("<", "\\u003c")}) parent.frames[0].postMessage(message, "*");parent.postMessage("forged", "*")</script>`;
    const done = new Promise((resolve) => addEventListener("message", ({ data }) => data === "forged" && resolve()));
    document.body.append(other);
    await done;
};
