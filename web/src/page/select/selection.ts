// The selected todos. One action can change all of them.
import { signal } from "@preact/signals";
import { shownIds } from "../rows/shown.ts";

export const selected = signal<ReadonlySet<string>>(new Set());
export const selecting = signal(false);
let last: string | undefined;

export function pick(id: string): void {
    const next = new Set(selected.value);
    if (!next.delete(id)) next.add(id);
    selected.value = next;
    selecting.value = true;
    last = id;
}

// Selects all todos from the last selected one to this one, in the order of the page.
export function pickTo(id: string): void {
    const shown = shownIds();
    const from = last === undefined ? -1 : shown.indexOf(last);
    if (from < 0) {
        pick(id);
        return;
    }
    const to = shown.indexOf(id);
    selected.value = new Set([...selected.value, ...shown.slice(Math.min(from, to), Math.max(from, to) + 1)]);
    selecting.value = true;
}

export function pickNone(): void {
    selected.value = new Set();
    selecting.value = false;
    last = undefined;
}
