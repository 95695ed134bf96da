// The parts of the page that a first look does not need. Each is a file of its own. The page loads them when it has come
// to rest, or before that when it needs one.
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

// Undefined until the part is here.
export function part<N extends Name>(name: N): Parts[N] | undefined {
    if (!here.value[name]) void bring(name);
    return here.value[name];
}

// Undefined if the part is not here yet.
export function partHere<N extends Name>(name: N): Parts[N] | undefined {
    return here.value[name];
}

// What to wait for before the page shows this view.
export function partOf(view: View): Promise<unknown> | undefined {
    const name = PARTS[view];
    return name && !here.peek()[name] ? bring(name) : undefined;
}

// Each part is asked for once: some browsers never ask again for a script that has failed, until the page is loaded anew.
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
