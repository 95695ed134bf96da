// Finds the words of a title that mean a due date, a repetition, or both. They must stand at the end, or be set apart
// at the beginning. All other days are parts of names: "Friday night movie", "Photos from last friday".

import { type Place, readDue } from "./due_words.ts";
import { duration } from "./duration.ts";
import { HOUR_ALONE, PARTS, readLikely } from "./likely_words.ts";
import type { Repeat } from "./model.ts";
import { beginsRepeat, firstFrom, repeatOf } from "./repeat_words.ts";
import { normalised, plain } from "./spelling.ts";

export interface When {
    from: number; // the first of its words
    to: number; // the word after it
    // The person wrote `\` before these words, so they stay in the title.
    isEscaped: boolean;
    due?: string;
    repeat?: Repeat;
}

type Read = Pick<When, "due" | "repeat">;

const MOST_WORDS = 12;
// If one of these words stands before or after a date, the date is a part of a sentence, or of a longer date that the
// page does not understand.
const BINDS_NEXT = new RegExp(
    "^(for|of|from|since|before|after|till|to|and|or|the|a|an|my|our|your|this|next|last|every|each|other|than|about|" +
        `around|vs|week|month|year|yesterday|${PARTS}|second|third|fourth|\\d+(st|nd|rd|th)|` +
        "\\d+[./]\\d+[./]?\\d*|[-\u2013\u2014&+/])$",
    "i",
);
const BINDS_BEFORE = new RegExp(`^(${PARTS}|week|weekend|and|or|is|was|are|to|till|[-\u2013\u2014&+/])$`, "i");
// These words alone are not a due date of a todo. With other words, they may be a part of one.
const NO_DATE = new RegExp(`^((right |just )?now|sun|sat|all day|\\d\\d?(st|nd|rd|th)|at \\d\\d?|(at )?(${PARTS}))$`);
const BEGINS = new RegExp(
    "^(on|by|in|at|due|until|every|each) |\\d|" +
        `^(today|tomorrow|tonight|this|(the )?day after tomorrow)( (${PARTS}))?$`,
);
const IS_PART = new RegExp(`^(${PARTS})$`);

export function findWhen(words: string[], place: Place): When | undefined {
    return atEnd(words, place) ?? atBeginning(words, place);
}

// Finds the longest date or repetition at the end. If it is a part of a sentence, a shorter one is too, so the search
// ends.
function atEnd(words: string[], place: Place): When | undefined {
    const to = words.length;
    for (let from = Math.max(1, to - MOST_WORDS); from < to; from++) {
        const when = read(words.slice(from), place);
        if (when) {
            const isBound = BINDS_NEXT.test(words[from - 1] ?? "") && !/^(due|by|every)$/i.test(words[from] ?? "");
            return isBound ? undefined : accepted({ ...when, from, to }, words, place);
        }
    }
    return undefined;
}

function atBeginning(words: string[], place: Place): When | undefined {
    for (let to = Math.min(MOST_WORDS, words.length - 1); to > 0; to--) {
        const said = words.slice(0, to);
        const last = said.pop() ?? "";
        const isApart = /[:,]$/.test(last) || /^[-\u2013\u2014]$/.test(words[to] ?? "");
        const text = [...said, last].join(" ").toLowerCase().replace(/^\\/, "");
        const when = read([...said, last.replace(/:$/, "")], place);
        // In `friday 5 people come`, the number is no hour.
        if (when && (isApart || !HOUR_ALONE.test(text))) {
            const begins = isApart || (BEGINS.test(text) && !BINDS_BEFORE.test(words[to] ?? ""));
            return begins ? accepted({ ...when, from: 0, to }, words, place) : undefined;
        }
    }
    return undefined;
}

// Refuses a date in the past, and a duration: `3 days` without `in` is how long something takes.
function accepted(when: When, words: string[], { now }: Place): When | undefined {
    const said = normalised(plain(words.slice(when.from, when.to).join(" ").replace(/^\\/, "")));
    const takes = said.some((_, at) => duration(said.slice(0, at + 1))?.sign === 0);
    const isOver = when.due !== undefined && when.due.slice(0, 10) < now.date;
    return takes || isOver || NO_DATE.test(said.join(" ")) ? undefined : when;
}

function read(words: string[], place: Place): Omit<When, "from" | "to"> | undefined {
    // The reader ignores words such as "and". At the beginning or the end, such a word would be lost from the title.
    const isLost = (word = "") => normalised(plain(word)).length === 0;
    if (isLost(words[0]) || (isLost(words.at(-1)) && !/^o['\u2019]clock$/i.test(words.at(-1) ?? ""))) {
        return undefined;
    }
    const text = words.join(" ");
    const isEscaped = text.startsWith("\\");
    const said = normalised(plain((isEscaped ? text.slice(1) : text).replace(/(^| )[@\uff20](?=\d)/g, "$1at ")));
    const at = said.findIndex(beginsRepeat);
    const found = at < 0 ? readDay(said, place) : readRepeat(said, at, place);
    return found && { ...found, isEscaped };
}

function readDay(words: string[], place: Place): Read | undefined {
    const due = readLikely(words.join(" "), place);
    return due === undefined ? undefined : { due };
}

// Reads a repetition that begins with the word `at`. The words before it and after it say the first date or the time,
// and how it ends.
function readRepeat(words: string[], at: number, place: Place): Read | undefined {
    // `movie night every friday`
    if (at === 1 && IS_PART.test(words[0] ?? "")) {
        return undefined;
    }
    for (let end = words.length; end > at; end--) {
        const repeat = repeatOf(words.slice(at, end));
        if (!repeat) {
            continue;
        }
        const rest = words.slice(end);
        const untilAt = rest.indexOf("until");
        const ends = untilAt < 0 ? {} : ending(rest.splice(untilAt), place);
        const day = [...words.slice(0, at), ...rest].join(" ");
        const due = day === "" ? place.now.date : readLikely(day, place);
        if (due !== undefined && ends) {
            // Tests whether the words name only a time: a time alone would keep the day of an existing todo.
            const kept = readLikely(day, { ...place, present: "2000-01-01" });
            const isFree = day === "" || kept?.startsWith("2000-01-01T");
            return { due: isFree ? firstFrom(repeat, due) : due, repeat: { ...repeat, ...ends } };
        }
    }
    return undefined;
}

function ending(words: string[], place: Place): Pick<Repeat, "until"> | undefined {
    const until = readDue(words.slice(1).join(" "), place);
    return until?.length === 10 ? { until } : undefined;
}
