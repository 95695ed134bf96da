// Where the focus goes. Nothing here takes it from a thing that the person has reached meanwhile: keys would then do
// something else than what the person saw.

// Runs it when the page shows its new state, which is before the next key or touch.
export function afterRender(run: () => void): void {
    queueMicrotask(() => queueMicrotask(run));
}

// A row that goes to another place, or that closes, loses the focus. It gets the focus back, if nothing has it by then.
export function focusAgain(find: () => HTMLElement | null | undefined): void {
    setTimeout(() => {
        const { activeElement, body } = document;
        if (!activeElement || activeElement === body) find()?.focus({ preventScroll: true });
    }, 50);
}
