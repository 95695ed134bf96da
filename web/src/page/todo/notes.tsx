// The notes of a todo. They are plain text, but the page shows web addresses as links.
import { useSignal } from "@preact/signals";
import type { Todo } from "../../list/model.ts";
import { keyOf } from "../../list/store.ts";
import { change, type Fields } from "../doing.ts";
import { keptDraft } from "../draft.ts";
import { Icon } from "../icons.tsx";
import { TextField } from "./text_field.tsx";

export function Notes({ todo }: { todo: Todo }) {
    const draft = `notes ${keyOf(todo.id)}`;
    const editing = useSignal(keptDraft(draft) !== undefined);
    const { notes } = todo;
    const save = (text: string, before: string) => {
        editing.value = false;
        const fields: Fields = text ? { notes: text } : { clear: ["notes"] };
        change(todo, fields, "Notes changed", { title: todo.title, notes: before || undefined });
        return true;
    };
    if (notes && !editing.value) {
        return (
            <div class="notes">
                <p dir="auto">{withLinks(notes)}</p>
                <button
                    type="button"
                    class="plain-icon"
                    aria-label="Edit notes"
                    onClick={() => {
                        editing.value = true;
                    }}
                >
                    <Icon name="edit" />
                </button>
            </div>
        );
    }
    return (
        <TextField
            class="notes-field"
            name="Notes"
            draft={draft}
            longest={4000}
            placeholder="Notes"
            value={notes ?? ""}
            save={save}
            lines
            focus={editing.value}
        />
    );
}

const ADDRESS = /(https?:\/\/[^\s<>"]*[^\s<>"'.,;:!?)\]])/;

function withLinks(text: string) {
    return text.split(ADDRESS).map((part, i) =>
        i % 2 ? (
            <a key={part} href={part} target="_blank" rel="noreferrer noopener">
                {part}
            </a>
        ) : (
            part
        ),
    );
}
