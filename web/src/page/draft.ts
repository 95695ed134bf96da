// What a person types and has not saved yet. It survives a reload, and stays in this window.
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

// Whoever uses the browser after a sign-out must not see what was typed.
effect(() => {
    if (session.value?.signed_in === false) {
        const names = Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX));
        for (const name of names) sessionStorage.removeItem(name);
    }
});
