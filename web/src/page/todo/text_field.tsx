// A text field. It saves the text when the person leaves the field or presses Enter, and restores the old text after
// Escape. An unsaved text survives a reload, and is saved when the field is removed.
import { useLayoutEffect, useRef } from "preact/hooks";
import { dropDraft, keepDraft, keptDraft } from "../draft.ts";

interface Props {
    name: string;
    value: string;
    save: (text: string, before: string) => boolean; // false: the text cannot be, and is as before again
    draft: string; // the name of what is not saved yet
    class?: string;
    longest: number; // characters
    lines?: boolean; // Enter begins a new line, and Ctrl+Enter saves
    focus?: boolean;
    placeholder?: string;
}

export function TextField({ name, value, save, draft, longest, lines, focus, placeholder, ...rest }: Props) {
    const field = useRef<HTMLTextAreaElement>(null);
    const before = useRef(value);
    const typed = useRef<string | undefined>(undefined); // undefined: nothing that is not saved
    // The field gets its value before the page is painted, so that the person cannot type into an empty field.
    useLayoutEffect(() => {
        // A new value from somebody else does not replace the text that the person is typing.
        if (field.current && document.activeElement !== field.current && typed.current === undefined) {
            field.current.value = value;
            before.current = value;
            fit(field.current);
        }
    }, [value]);
    useLayoutEffect(() => {
        const kept = keptDraft(draft);
        if (field.current && kept !== undefined) {
            write(kept);
            typed.current = kept;
        }
        if (focus) {
            field.current?.focus({ preventScroll: true });
            field.current?.setSelectionRange(value.length, value.length);
        }
        const again = () => field.current && fit(field.current);
        addEventListener("resize", again);
        return () => {
            removeEventListener("resize", again);
            latest.current();
        };
    }, []);
    const write = (text: string) => {
        if (field.current) {
            field.current.value = text;
            fit(field.current);
        }
    };
    const forget = () => {
        typed.current = undefined;
        dropDraft(draft);
    };
    const finish = () => {
        const text = typed.current?.trim();
        forget();
        if (text === undefined || text === before.current.trim()) return;
        if (save(text, before.current)) before.current = text;
        else write(before.current);
    };
    // Shows the current value again: while the field had the focus, somebody else may have changed it, or the service
    // may have refused the text.
    const leave = () => {
        if (typed.current !== undefined) return finish();
        before.current = value;
        write(value);
    };
    const latest = useRef(finish);
    latest.current = finish;
    const type = () => {
        typed.current = field.current?.value ?? "";
        keepDraft(draft, typed.current);
        if (field.current) fit(field.current);
    };
    const press = (event: KeyboardEvent) => {
        if (event.key === "Enter" && !event.isComposing && (!lines || event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            finish();
        }
        if (event.key === "Escape" && typed.current !== undefined && typed.current !== before.current) {
            event.stopPropagation();
            forget();
            write(before.current);
        }
    };
    return (
        <textarea
            ref={field}
            rows={1}
            dir="auto"
            class={`text-field ${rest.class ?? ""}`}
            aria-label={name}
            placeholder={placeholder}
            maxLength={longest}
            onFocus={() => {
                if (typed.current === undefined) before.current = field.current?.value ?? "";
            }}
            onInput={type}
            onBlur={leave}
            onKeyDown={press}
        />
    );
}

// Sets the height of the field in browsers without `field-sizing`.
function fit(field: HTMLTextAreaElement): void {
    if (CSS.supports("field-sizing", "content")) return;
    field.style.blockSize = "auto";
    field.style.blockSize = `${field.scrollHeight}px`;
}
