// Where the focus goes, and what is scrolled into the window. Nothing here takes the focus from a thing that the person has reached meanwhile: keys would then do
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

// What opens below the edge of the window is scrolled into it, also when it grows later. Returns what ends this.
export function keepInView(element: Element | null): () => void {
    const observer = new ResizeObserver(() => element?.scrollIntoView({ block: "nearest" }));
    if (element) observer.observe(element);
    return () => observer.disconnect();
}
