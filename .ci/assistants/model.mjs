// Claude Code calls a tool only when a model asks for the tool. Without an account, there is no model. So this server
// replaces the model, and answers each conversation in the format of Anthropic's Messages API.
import { once } from "node:events";
import { createServer } from "node:http";

// Starts the server. The model asks for the tool `name` with this input. After the result of the tool, the model says
// only one word. Returns the address of the server, the results of the tool, and a function that stops the server.
export async function startModel(name, input) {
    const results = [];
    const server = createServer(async (request, response) => {
        const asked = JSON.parse(Buffer.concat(await request.toArray()).toString() || "{}");
        const blocks = asked.messages?.flatMap(({ content }) => content) ?? [];
        const result = blocks.find(({ type }) => type === "tool_result");
        if (result) results.push(result);
        const known = asked.tools?.some((tool) => tool.name === name);
        const block = known && !result ? { type: "tool_use", id: "toolu_1", name, input } : { type: "text", text: "Done" };
        response.writeHead(200, { "content-type": "text/event-stream" });
        for (const event of message(asked.model, block)) {
            response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
        }
        response.end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const stop = () => {
        server.close();
        server.closeAllConnections();
    };
    return { url: `http://127.0.0.1:${server.address().port}`, results, stop };
}

// The events of a streamed message with one block of content.
function message(model, block) {
    const usage = { input_tokens: 1, output_tokens: 1 };
    const begun = { id: "msg_1", type: "message", role: "assistant", model, content: [], stop_reason: null, usage };
    const [empty, delta, stop_reason] =
        block.type === "text"
            ? [{ ...block, text: "" }, { type: "text_delta", text: block.text }, "end_turn"]
            : [{ ...block, input: {} }, { type: "input_json_delta", partial_json: JSON.stringify(block.input) }, "tool_use"];
    return [
        { type: "message_start", message: begun },
        { type: "content_block_start", index: 0, content_block: empty },
        { type: "content_block_delta", index: 0, delta },
        { type: "content_block_stop", index: 0 },
        { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage },
        { type: "message_stop" },
    ];
}
