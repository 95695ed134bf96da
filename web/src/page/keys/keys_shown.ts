import { signal } from "@preact/signals";

export const keysShown = signal(false);

export function showKeys(): void {
    keysShown.value = true;
}
