// Drafts: texts that a person has typed and not saved yet. A draft survives a reload, and other windows do not have it.
import { effect } from "@preact/signals";
import { session } from "../list/store.ts";

const PREFIX = "draft ";

export function keptDraft(name: string): string | undefined {
    return sessionStorage.getItem(PREFIX + name) ?? undefined;
}

export function keepDraft(name: string, text: string): void {
    sessionStorage.setItem(PREFIX + name, text);
}

export function dropDraft(name: string): void {
    sessionStorage.removeItem(PREFIX + name);
}

// After a sign-out, the next person at this browser must not see the drafts.
effect(() => {
    if (session.value?.signed_in === false) {
        const names = Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX));
        for (const name of names) sessionStorage.removeItem(name);
    }
});
