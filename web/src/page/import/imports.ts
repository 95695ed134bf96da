// The imports of this window, and those of the last 30 days.
import { effect } from "@preact/signals";
import { changes, online, session } from "../../list/store.ts";
import { allImports, type Progress } from "./api.ts";
import { Import, imports, kept, lockOf } from "./import.ts";

export function takeFiles(files: Iterable<File>): void {
    for (const file of files) {
        const one = new Import(file.name, file);
        imports.value = [...imports.value, one];
        void one.read(file);
    }
}

// An earlier import, to go on with it or to undo it.
export function takeUp(progress: Progress): Import {
    const known = imports.value.find(({ id }) => id === progress.import);
    const one = known ?? new Import(progress.file);
    if (!known) {
        one.progress.value = progress;
        imports.value = [...imports.value, one];
    }
    return one;
}

// Not those on which another window works now.
export async function look(): Promise<void> {
    const all = await allImports();
    const locks = (await navigator.locks?.query())?.held?.map(({ name }) => name) ?? [];
    const isHere = (id: string) => imports.value.some((one) => one.id === id);
    kept.value = all.filter(({ import: id }) => isHere(id) || !locks.includes(lockOf(id)));
}

export const isOpen = ({ state }: Progress) => state === "importing" || state === "undoing";

// Those that have not come to their end, and that this window does not work on.
export function openImports(): Progress[] {
    const here = new Set(imports.value.map(({ id }) => id));
    return kept.value.filter((one) => isOpen(one) && !here.has(one.import));
}

// Another browser, or this one before it was closed, may have left an import in the middle.
let looked = "";
effect(() => {
    const seen = changes.value.flatMap((change) => change.import ?? []).join();
    const isRunning = imports.peek().some(({ isBusy }) => isBusy.peek());
    if (seen !== looked && online.value && !isRunning) {
        looked = seen;
        look().catch(() => undefined);
    }
});

// Whoever uses the browser after a sign-out must not see what was imported.
effect(() => {
    if (session.value?.signed_in === false) {
        imports.value = [];
        kept.value = [];
    }
});
