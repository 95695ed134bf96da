// An import is several changes, and so is its undo.
import type { Change } from "./model.ts";

// The import to which each of these changes belongs, by the id of the change. The newest change comes first.
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
