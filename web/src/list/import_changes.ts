// An import is several changes, and so is its undo.
import type { Change } from "./model.ts";

// Returns the ids of the imports to which these changes belong, by the ids of the changes. `changes` begins with the
// newest change.
export function importsOf(changes: readonly Change[]): Map<string, string> {
    const imports = new Map<string, string>();
    for (const change of changes) {
        if (change.import) imports.set(change.id, change.import);
    }
    for (const { id, undoes = [] } of changes) {
        const of = imports.get(undoes[0] ?? "");
        if (of) imports.set(id, of);
    }
    return imports;
}
