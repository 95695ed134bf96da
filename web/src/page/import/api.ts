// The requests of an import, and what the service answers. These paths are not in openapi.json: a model must not retype
// a file.
import type { Todo } from "../../list/model.ts";
import { withQuery } from "../../list/request.ts";
import { ask } from "../settings/ask.ts";
import { pack, partsOf, sendParts } from "./packing.ts";

// Where an import is. `finished` means that there is nothing more to do. Until then, the page repeats the same request.
export interface Progress {
    import: string;
    file: string;
    state: "receiving" | "previewed" | "importing" | "imported" | "undoing" | "undone" | "forgotten";
    finished: boolean;
    todos?: number;
    done?: number;
    added?: number;
    updated?: number;
    left?: number;
    undone?: number;
    kept?: number;
}

export interface ListPreview {
    list: string;
    todos: number;
    completed: number;
    new: number;
}

export interface Preview extends Progress {
    formats: string[];
    todos: number;
    new: number;
    restored: number;
    same: number;
    different: number;
    changed_here: number;
    lists: ListPreview[];
    first: Todo[];
    lost: { what: string; means: string; todos: number; at: string[] }[];
    broken: { at: string; reason: string }[];
    broken_total: number;
    unreadable_characters?: boolean;
}

export interface Choices {
    existing: "skip" | "update";
    lists: ({ list: string; to: string } | { list: string; leave_out: true })[];
}

// A slow network needs minutes for some megabytes.
const PATIENCE = 300_000;

// Sends a file. The answer to its last part is the preview.
export async function sendFile(file: File): Promise<Preview> {
    const headers = { "Content-Type": "application/octet-stream", "Content-Encoding": "gzip" };
    return sendParts(partsOf(await pack(file)), (body, id, more) => {
        const path = withQuery("/import", { name: file.name, import: id, more: more ? "true" : undefined });
        return ask<Preview>("POST", path, { body, headers, patience: PATIENCE });
    });
}

const path = (id: string) => `/import/${encodeURIComponent(id)}`;

export async function allImports(): Promise<Progress[]> {
    return (await ask<{ imports: Progress[] }>("GET", "/import")).imports;
}

export function importStep(id: string, choices?: Choices): Promise<Progress> {
    return ask<Progress>("POST", path(id), { body: choices ?? {} });
}

// The next step of the undo. If the import has not begun, the service forgets it.
export function undoStep(id: string): Promise<Progress> {
    return ask<Progress>("DELETE", path(id));
}
