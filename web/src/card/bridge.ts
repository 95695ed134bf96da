// The card's side of MCP Apps (`io.modelcontextprotocol/ui`, 2026-01-26): JSON-RPC 2.0 over `postMessage`, with the
// window around the card. The card ignores messages of any other window.

export type Members = Record<string, unknown>;

export interface Host {
    // Sends a request, and returns its result. Fails with the error of the host, or if the host does not answer within
    // a minute. An answer can take long, because the host may first ask the person.
    request(method: string, params: Members): Promise<Members>;
    notify(method: string, params: Members): void;
}

interface Waiting {
    resolve(result: Members): void;
    reject(error: unknown): void;
}

const PATIENCE = 60_000;
const METHOD_NOT_FOUND = -32601;

export const isObject = (value: unknown): value is Members =>
    typeof value === "object" && value !== null && !Array.isArray(value);

// Connects to the host. `heard` gets the notifications of the host. After the host has closed the card, the card sends
// nothing more.
export function connect(around: Window, heard: (method: string, params: Members) => void): Host {
    const waiting = new Map<unknown, Waiting>();
    let latest = 0;
    let isDown = false;
    // The card does not know the origin of the host, because hosts show a card in a frame of another origin. So each
    // message goes to any origin. This is safe: the card has its todos from the host.
    const send = (message: Members) => {
        if (!isDown) around.postMessage({ jsonrpc: "2.0", ...message }, "*");
    };
    const answered = ({ id, result, error }: Members) => {
        const asked = waiting.get(id);
        waiting.delete(id);
        if (isObject(result)) asked?.resolve(result);
        else asked?.reject(error);
    };
    const asked = (id: unknown, method: string) => {
        if (method === "ping" || method === "ui/resource-teardown") send({ id, result: {} });
        else send({ id, error: { code: METHOD_NOT_FOUND, message: method } });
        isDown ||= method === "ui/resource-teardown";
    };
    window.addEventListener("message", ({ source, data }) => {
        if (source !== around || !isObject(data) || data.jsonrpc !== "2.0" || isDown) return;
        if (typeof data.method !== "string") answered(data);
        else if (data.id !== undefined) asked(data.id, data.method);
        else heard(data.method, isObject(data.params) ? data.params : {});
    });
    return {
        notify: (method, params) => send({ method, params }),
        request: (method, params) =>
            new Promise((resolve, reject) => {
                const id = ++latest;
                waiting.set(id, { resolve, reject });
                setTimeout(() => answered({ id }), PATIENCE);
                send({ id, method, params });
            }),
    };
}
