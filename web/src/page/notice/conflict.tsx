// A conflict: somebody else has changed the same text, and the person decides. It stands in the row of its todo, if the
// view has this row.
import { computed, signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Refused, Todo } from "../../list/model.ts";
import { discard, keepMine, programChanges, refused } from "../../list/store.ts";

// The ids of the todos whose conflicts stand in their rows.
const inRows = signal<readonly string[]>([]);

export const elsewhere = computed(() =>
    refused.value.filter(({ current }) => !current || !inRows.value.includes(current.id)),
);

export function ConflictsOf({ id }: { id: string }) {
    const own = refused.value.flatMap((one) => (one.current?.id === id ? { one, current: one.current } : []));
    const some = own.length > 0;
    useLayoutEffect(() => {
        if (!some) return;
        inRows.value = [...inRows.value, id];
        return () => {
            inRows.value = inRows.value.filter((other) => other !== id);
        };
    }, [some, id]);
    return some ? (
        <div class="row-conflicts" role="status">
            {own.map(({ one, current }) => (
                <Conflict key={one.waiting.key} one={one} current={current} />
            ))}
        </div>
    ) : null;
}

export function Conflict({ one, current }: { one: Refused; current: Todo }) {
    const { action } = one.waiting;
    const edit = action.kind === "edit" ? action.edits.find(({ id }) => id === current.id) : undefined;
    const isTitle = edit?.title !== undefined;
    const mine = isTitle ? edit.title : (edit?.notes ?? "");
    const theirs = isTitle ? current.title : current.notes;
    const who = writer(current.id, theirs);
    const box = useRef<HTMLElement>(null);
    useLayoutEffect(() => {
        if (box.current?.closest(".open")) box.current.scrollIntoView({ block: "nearest" });
    }, []);
    return (
        <section class="notice warn conflict" aria-label="Two changes of the same text" tabIndex={-1} ref={box}>
            <p dir="auto">
                {who ?? "Somebody else"} has changed the {isTitle ? "title" : "notes"} of <b>{current.title}</b> too.
                Which one do you want to keep?
            </p>
            <dl class="both">
                <div>
                    <dt>Yours</dt>
                    <dd dir="auto">{mine || "(empty)"}</dd>
                </div>
                <div>
                    <dt>{who ?? "Theirs"}</dt>
                    <dd dir="auto">{theirs || "(empty)"}</dd>
                </div>
            </dl>
            <button type="button" class="link" onClick={() => void keepMine(one)}>
                Keep mine
            </button>
            <button type="button" class="link" onClick={() => void discard(one)}>
                {who ? `Keep the text of ${who}` : "Keep theirs"}
            </button>
        </section>
    );
}

// The name of the program that has written the current text. Undefined if the page does not know it, because it may not
// have read this change yet.
function writer(id: string, text?: string): string | undefined {
    const wrote = (todo: { id: string; changed?: string[] }) =>
        todo.id === id && todo.changed?.some((line) => line.endsWith(`→ ${text}`));
    return programChanges.value.find(({ todos }) => todos?.some(wrote))?.by;
}
