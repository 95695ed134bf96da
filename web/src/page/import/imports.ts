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

// Adds an earlier import to those of this window, to go on with it or to undo it.
export function takeUp(progress: Progress): Import {
    const known = imports.value.find(({ id }) => id === progress.import);
    const one = known ?? new Import(progress.file);
    if (!known) {
        one.progress.value = progress;
        imports.value = [...imports.value, one];
    }
    return one;
}

// Reads the imports of the last 30 days, without those on which another window works now.
export async function look(): Promise<void> {
    const all = await allImports();
    const locks = (await navigator.locks?.query())?.held?.map(({ name }) => name) ?? [];
    const isHere = (id: string) => imports.value.some((one) => one.id === id);
    kept.value = all.filter(({ import: id }) => isHere(id) || !locks.includes(lockOf(id)));
}

export const isOpen = ({ state }: Progress) => state === "importing" || state === "undoing";

// The unfinished imports that are not among the imports of this window.
export function openImports(): Progress[] {
    const here = new Set(imports.value.map(({ id }) => id));
    return kept.value.filter((one) => isOpen(one) && !here.has(one.import));
}

// Another browser, or an earlier visit, may have left an import unfinished. So the page looks for imports again when it
// sees changes of new ones.
let looked = "";
effect(() => {
    const seen = changes.value.flatMap((change) => change.import ?? []).join();
    const isRunning = imports.peek().some(({ isBusy }) => isBusy.peek());
    if (seen !== looked && online.value && !isRunning) {
        looked = seen;
        look().catch(() => undefined);
    }
});

// After a sign-out, the next person at this browser must not see the imports.
effect(() => {
    if (session.value?.signed_in === false) {
        imports.value = [];
        kept.value = [];
    }
});
