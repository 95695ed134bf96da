// In the history, all changes of an import and of its undo are one entry.
import { importsOf } from "../../list/import_changes.ts";
import type { Change } from "../../list/model.ts";
import { total } from "./change_words.ts";

export interface ImportEntry {
    import: string;
    at: string; // of its newest change
    by?: string;
    todos: number; // as far as the changes are known
    isUndone: boolean;
}

export function entriesOf(changes: readonly Change[]): (Change | ImportEntry)[] {
    const imports = importsOf(changes);
    const entries = new Map<string, ImportEntry>();
    return changes.flatMap((change): (Change | ImportEntry)[] => {
        const id = imports.get(change.id);
        if (!id) return [change];
        const known = entries.get(id);
        const entry = known ?? { import: id, at: change.at, by: change.by, todos: 0, isUndone: !change.import };
        entries.set(id, entry);
        if (change.import) entry.todos += total(change);
        return known ? [] : [entry];
    });
}

export function isImport(entry: Change | ImportEntry): entry is ImportEntry {
    return "isUndone" in entry;
}
