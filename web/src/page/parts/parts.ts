// The parts of the page that the first view does not need. Each is a file of its own. The page loads a part when it
// needs it, or some time after the first view (main.tsx).
import { signal } from "@preact/signals";
import type { View } from "../address.ts";

const LOAD = { more: () => import("./more.ts"), own: () => import("./own.ts") };

type Name = keyof typeof LOAD;
type Parts = { [name in Name]: Awaited<ReturnType<(typeof LOAD)[name]>> };

const PARTS: Partial<Record<View, Name>> = {
    completed: "more",
    deleted: "more",
    search: "more",
    todo: "more",
    history: "more",
    lists: "more",
    settings: "own",
    import: "own",
};

const here = signal<Partial<Parts>>({});
const coming = new Map<Name, Promise<void>>();
export const isPartMissing = signal(false); // and cannot be loaded

// Returns a part, and begins to load it. Undefined until the part is loaded.
export function part<N extends Name>(name: N): Parts[N] | undefined {
    if (!here.value[name]) void bring(name);
    return here.value[name];
}

// Returns a part, and does not load it. Undefined if the part is not loaded.
export function partHere<N extends Name>(name: N): Parts[N] | undefined {
    return here.value[name];
}

// The loading of the part that this view needs. Undefined if there is nothing to wait for.
export function partOf(view: View): Promise<unknown> | undefined {
    const name = PARTS[view];
    return name && !here.peek()[name] ? bring(name) : undefined;
}

// Loads each part only once: if a script has failed, some browsers never request it again until the page is reloaded.
export async function bring<N extends Name>(name: N): Promise<Parts[N] | undefined> {
    const loading = coming.get(name) ?? load(name);
    coming.set(name, loading);
    await loading;
    return here.peek()[name];
}

async function load(name: Name): Promise<void> {
    try {
        const loaded = await LOAD[name]();
        here.value = { ...here.peek(), [name]: loaded };
    } catch {
        isPartMissing.value = true;
    }
}
