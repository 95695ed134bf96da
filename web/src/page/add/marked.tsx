import type { Mark } from "../../list/quick_add.ts";

// Lies under the field, with the same letters, so that the marks are where the words are.
export function Marked({ text, marks }: { text: string; marks: readonly Mark[] }) {
    let at = 0;
    const parts = marks.flatMap(({ start, end }) => {
        const before = text.slice(at, start);
        at = end;
        return [before, <mark key={start}>{text.slice(start, end)}</mark>];
    });
    return (
        <>
            {parts}
            {text.slice(at)}
        </>
    );
}
