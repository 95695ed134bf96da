import type { Mark } from "../../list/quick_add.ts";

// The coloured marks of the field. This element lies under the field and has the same text, so that each mark is under
// its word.
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
