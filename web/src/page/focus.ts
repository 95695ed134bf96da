// Moves the focus, and scrolls elements into the window. `focusAgain` never takes the focus from an element that the
// person has reached in the meantime: the next key would then act on another element than the person expects.

// Runs the function after the page has rendered its new state, and before the next key or touch.
export function afterRender(run: () => void): void {
    queueMicrotask(() => queueMicrotask(run));
}

// A row loses the focus when it moves to another place or closes. After a moment, it gets the focus back if no other
// element has it.
export function focusAgain(find: () => HTMLElement | null | undefined): void {
    setTimeout(() => {
        const { activeElement, body } = document;
        if (!activeElement || activeElement === body) find()?.focus({ preventScroll: true });
    }, 50);
}

// Scrolls an element into the window when it opens below the edge, and again when it grows. Returns a function that
// ends this.
export function keepInView(element: Element | null): () => void {
    const observer = new ResizeObserver(() => element?.scrollIntoView({ block: "nearest" }));
    if (element) observer.observe(element);
    return () => observer.disconnect();
}
