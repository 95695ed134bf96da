// A text that is saved when the person leaves it or presses Enter, and is as before after Escape.
import { useEffect, useRef } from "preact/hooks";

interface Props {
    name: string;
    value: string;
    save: (text: string, before: string) => void;
    class?: string;
    lines?: boolean; // Enter begins a new line, and Ctrl+Enter saves
    focus?: boolean;
    placeholder?: string;
}

export function TextField({ name, value, save, lines, focus, placeholder, ...rest }: Props) {
    const field = useRef<HTMLTextAreaElement>(null);
    const before = useRef(value);
    useEffect(() => {
        // What somebody else writes meanwhile does not replace what the person types.
        if (field.current && document.activeElement !== field.current) {
            field.current.value = value;
            before.current = value;
            fit(field.current);
        }
    }, [value]);
    useEffect(() => {
        if (focus) {
            field.current?.focus({ preventScroll: true });
            field.current?.setSelectionRange(value.length, value.length);
        }
        const again = () => field.current && fit(field.current);
        addEventListener("resize", again);
        return () => removeEventListener("resize", again);
    }, []);
    const finish = () => {
        const text = field.current?.value.trim() ?? "";
        if (text !== before.current.trim()) {
            save(text, before.current);
            before.current = text;
        }
    };
    const press = (event: KeyboardEvent) => {
        if (event.key === "Enter" && !event.isComposing && (!lines || event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            finish();
        }
        if (event.key === "Escape" && field.current && field.current.value !== before.current) {
            event.stopPropagation();
            field.current.value = before.current;
            fit(field.current);
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
            onFocus={() => {
                before.current = field.current?.value ?? "";
            }}
            onInput={() => field.current && fit(field.current)}
            onBlur={finish}
            onKeyDown={press}
        />
    );
}

// Browsers without field-sizing get the height from here.
function fit(field: HTMLTextAreaElement): void {
    if (CSS.supports("field-sizing", "content")) return;
    field.style.blockSize = "auto";
    field.style.blockSize = `${field.scrollHeight}px`;
}
