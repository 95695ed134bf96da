// Reads what a person types to add a todo: "Buy milk tomorrow 17:00 #Shopping !high @tag".
//
// - `#name` is the list: a known list if one fits (also with spaces), else one word, or `#"several words"`. A number is
//   no list, because titles contain "issue #23".
// - `@name` is a tag, and `@5pm` is a time.
// - `!low`, `!normal`, `!high`, `!urgent` is the priority; also `!!` (high) and `!!!` (urgent).
// - Only the first list and the first priority count. Further ones stay in the title.
// - `\` before `#`, `@`, `!` or a day keeps the word in the title.
// - A date, a time or a repetition is taken from the end or the beginning of the other words (when_words.ts). But the
//   title is never empty because of this: "tomorrow" alone is a title.
import { type Place, readDue } from "./due_words.ts";
import type { Priority, Repeat } from "./model.ts";
import { findWhen, type When } from "./when_words.ts";

// A part of the text that is not in the title. "escape" is a `\` that keeps the next word in the title. The mark of a
// repetition includes its first date and time.
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

interface Word {
    text: string;
    start: number;
    end: number;
}

const LONGEST_NAME = 60;
const MOST_TAGS = 20;
// Invisible marks for the direction of writing may stand before a sign. Keyboards for Japanese and Chinese write wide
// signs.
const SIGN = /^[\u200e\u200f\u202a-\u202e\u2066-\u2069]*([#@!\uff03\uff20\uff01])(.+)$/s;
const ESCAPED = /^\\[#@!\uff03\uff20\uff01]/;
const QUOTED = /^["\u201c-\u201e]([^"\u201c-\u201e]+)["\u201c-\u201e](?=[\s,;]|$)/;
const ENDS = /^([,;]*)(?=\s|$)/;
const IS_NO_NAME = /^[\d\p{P}]*$/u;
const PRIORITIES: Priority[] = ["low", "normal", "high", "urgent"];

// `lists` are the known lists. `notWhen` has the words that the person does not mean as a date here.
export function readQuickAdd(
    text: string,
    place: Place,
    lists: readonly string[],
    notWhen: readonly string[] = [],
): QuickAdd {
    const added: QuickAdd = { title: "", marks: [] };
    const rest: Word[] = [];
    const words = /\S+/g;
    for (let found = words.exec(text); found; found = words.exec(text)) {
        const word = { text: found[0], start: found.index, end: words.lastIndex };
        const mark = readSign(word, text, added, place, lists);
        if (mark) {
            added.marks.push(mark);
            words.lastIndex = mark.end;
        } else {
            rest.push(word);
        }
    }
    readWhen(rest, text, added, place, notWhen);
    added.marks.sort((one, other) => one.start - other.start);
    added.title = withoutMarks(text, added.marks);
    return added;
}

// The text that is left for the title.
export function withoutMarks(text: string, marks: readonly Mark[]): string {
    let [title, at] = ["", 0];
    for (const { start, end } of marks) {
        title += text.slice(at, start);
        at = end;
    }
    return (title + text.slice(at)).replace(/\s+/g, " ").trim();
}

function readSign(word: Word, text: string, added: QuickAdd, place: Place, lists: readonly string[]): Mark | undefined {
    const { start } = word;
    const [, sign, rest = ""] = SIGN.exec(word.text) ?? [];
    const at = word.end - rest.length;
    if (sign === "#" || sign === "\uff03") {
        const list = added.list === undefined ? nameAt(text, at, lists) : undefined;
        Object.assign(added, list && { list: list.name });
        return list && { start, end: list.end, kind: "list" };
    }
    if (sign === "@" || sign === "\uff20") {
        const isTime = /^\d/.test(rest) && readDue(rest, place) !== undefined;
        const tag = isTime || added.tags?.length === MOST_TAGS ? undefined : nameAt(text, at, []);
        if (tag) {
            added.tags = [...new Set([...(added.tags ?? []), tag.name])];
        }
        return tag && { start, end: tag.end, kind: "tag" };
    }
    const priority = sign && added.priority === undefined ? priorityOf(rest.toLowerCase()) : undefined;
    Object.assign(added, priority && { priority });
    return priority && { start, end: word.end, kind: "priority" };
}

function priorityOf(word: string): Priority | undefined {
    return word === "!" ? "high" : word === "!!" ? "urgent" : PRIORITIES.find((priority) => priority === word);
}

// The name that begins at `at`: a name in quotation marks, the longest known name that fits, or one word. If a comma
// follows the name, `end` is after the comma.
function nameAt(text: string, at: number, known: readonly string[]): { name: string; end: number } | undefined {
    const after = text.slice(at);
    const fits = (name: string) => after.slice(0, name.length).toLowerCase() === name.toLowerCase();
    const isWhole = (name: string) => ENDS.test(after.slice(name.length));
    const quoted = QUOTED.exec(after);
    const longest = known.filter((name) => fits(name) && isWhole(name)).sort((a, b) => b.length - a.length)[0];
    const word = /^\S*[^\s,;]/.exec(after)?.[0] ?? "";
    const length = quoted?.[0].length ?? longest?.length ?? word.length;
    const name = quoted?.[1]?.trim() ?? longest ?? (IS_NO_NAME.test(word) ? "" : word);
    const end = at + length + (ENDS.exec(after.slice(length))?.[1]?.length ?? 0);
    return name && [...name].length <= LONGEST_NAME ? { name, end } : undefined;
}

function readWhen(words: Word[], text: string, added: QuickAdd, place: Place, notWhen: readonly string[]): void {
    const escapes = words.filter((word) => ESCAPED.test(word.text));
    added.marks.push(...escapes.map(({ start }): Mark => ({ start, end: start + 1, kind: "escape" })));
    const texts = words.map((word) => word.text);
    const when = findWhen(texts, place);
    const first = words[when?.from ?? 0];
    if (!when || !first) {
        return;
    }
    if (when.isEscaped) {
        added.marks.push({ start: first.start, end: first.start + 1, kind: "escape" });
        return;
    }
    const marks = marksOf(words, when, text);
    if (!notWhen.includes(saidWhen(text, marks))) {
        Object.assign(added, when.due && { due: when.due }, when.repeat && { repeat: when.repeat });
        added.marks.push(...marks);
    }
}

// The words that stand for a date, a time or a repetition.
export function saidWhen(text: string, marks: readonly Mark[]): string {
    const when = marks.filter(({ kind }) => kind === "due" || kind === "repeat");
    return when.map(({ start, end }) => text.slice(start, end)).join(" ");
}

// The marks of these words. Other marks between the words are left out. A comma before the words, or a dash after them,
// belongs to the marks.
function marksOf(words: Word[], { from, to, repeat }: When, text: string): Mark[] {
    const marks: Mark[] = [];
    const isDash = from === 0 && /^[-\u2013\u2014]$/.test(words[to]?.text ?? "") && words.length > to + 1;
    for (const { start, end } of words.slice(from, isDash ? to + 1 : to)) {
        const last = marks.at(-1);
        if (last && !text.slice(last.end, start).trim()) {
            last.end = end;
        } else {
            marks.push({ start, end, kind: repeat ? "repeat" : "due" });
        }
    }
    const [before, first] = [words[from - 1], marks[0]];
    if (before && first && /[^,;][,;]$/.test(before.text) && !text.slice(before.end, first.start).trim()) {
        first.start = before.end - 1;
    }
    return marks;
}
