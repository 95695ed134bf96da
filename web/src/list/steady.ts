// If a new value is equal to the old one, the signal keeps the old object, so that the page draws nothing again.
import { computed, type ReadonlySignal, type Signal } from "@preact/signals";

export const isEqual = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

export function steady<T>(compute: () => T, options?: Parameters<typeof computed>[1]): ReadonlySignal<T> {
    let before: T;
    return computed(
        () => {
            const after = compute();
            before = isEqual(before, after) ? before : after;
            return before;
        },
        options as Parameters<typeof computed<T>>[1],
    );
}

export function set<T>(to: Signal<T>, value: T): void {
    if (!isEqual(to.peek(), value)) {
        to.value = value;
    }
}
