// Reads what a person types to add a todo: "Buy milk tomorrow 17:00 #Shopping !high @tag".
import type { Place } from "./due_words.ts";
import type { Priority, Repeat } from "./model.ts";

// A part of the text that is not in the title. "escape" is a `\` that keeps the next word in the title.
export interface Mark {
    start: number;
    end: number;
    kind: "due" | "repeat" | "list" | "priority" | "tag" | "escape";
}

export interface QuickAdd {
    title: string; // may be empty: then there is nothing to add yet
    due?: string;
    repeat?: Repeat;
    list?: string;
    priority?: Priority;
    tags?: string[];
    marks: Mark[]; // in the order of the text, without overlaps
}

// `lists` are the known lists: `#New list` finds "New list" if there is one.
export function readQuickAdd(text: string, _place: Place, _lists: readonly string[]): QuickAdd {
    return { title: text.trim(), marks: [] };
}
