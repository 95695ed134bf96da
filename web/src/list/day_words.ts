// The days that people name, such as `next friday` or `24 december`.
import { civil, dayOf, daysInMonth, modulo, monthFrom, weekdayOf } from "./civil.ts";
import { addDays, duration } from "./duration.ts";

// A weekday may stand beside a day of a kind other than "other", and must then be right. The day of a date that does
// not exist is NaN.
export interface Day {
    day: number;
    kind: "today" | "date" | "day of month" | "other";
}

export interface Calendar {
    today: number;
    weekStart: number; // 0 is Monday
}

const MONTHS = "january february march april may june july august september october november december".split(" ");
const NAMES = [
    "mon monday",
    "tue tues tuesday",
    "wed weds wednesday",
    "thu thur thurs thursday",
    "fri friday",
    "sat saturday",
    "sun sunday",
].map((names) => names.split(" "));
const NAMED = new Map([
    ["today", 0],
    ["tomorrow", 1],
    ["yesterday", -1],
    ["day after tomorrow", 2],
    ["day before yesterday", -2],
]);
const ENDS: Record<string, string> = { eom: "end of month", eoq: "end of quarter", eoy: "end of year" };
const PERIODS: Record<string, number> = { month: 1, quarter: 3, year: 12 };

export function dayWords(words: string[], calendar: Calendar): Day | undefined {
    const text = words.join(" ");
    const { today } = calendar;
    const named = NAMED.get(text.replace(/^the (?=day )/, ""));
    if (named !== undefined) {
        return { day: today + named, kind: named ? "date" : "today" };
    }
    const side = /^(?:the )?(end|last day|start|beginning|1st day) of (.*)$/.exec(
        text.replace(/^eo[mqy]$/, (word) => ENDS[word] ?? word),
    );
    if (side) {
        return edge(/^(end|last)/.test(side[1] ?? ""), side[2] ?? "", today);
    }
    const inMonth = /^(?:the )?(\S+) of (?:(next|the|this) )?month$/.exec(text);
    if (inMonth) {
        const number = ordinal(inMonth[1]);
        const first = monthFrom(today, inMonth[2] === "next" ? 1 : 0);
        return number ? { day: first + Math.min(number, daysInMonth(first)) - 1, kind: "other" } : undefined;
    }
    return (
        ofWeek(text, calendar) ?? isoDate(text) ?? ofYear(text, today) ?? ofMonth(text, today) ?? after(words, today)
    );
}

// 0 is Monday.
export function weekday(word = ""): number | undefined {
    const found = NAMES.findIndex((names) => names.includes(word));
    return found < 0 ? undefined : found;
}

// Reads `1st`, `2nd`, `15th`.
export function ordinal(word = ""): number | undefined {
    const number = Number(/^(\d\d?)(st|nd|rd|th)$/.exec(word)?.[1]);
    return number > 0 && number < 32 ? number : undefined;
}

// Reads the words after `end of` and `start of`. `start of month` is refused, because it may mean this month or the
// next one.
function edge(isLast: boolean, rest: string, today: number): Day | undefined {
    const period = /^(?:(the|this|next) )?(month|quarter|year)$/.exec(rest);
    if (period) {
        const [, which = "the", unit = ""] = period;
        if (which === "the" && !isLast) {
            return undefined;
        }
        const months = PERIODS[unit] ?? 1;
        const begun = (civil(today).month - 1) % months;
        const ahead = months * ((which === "next" ? 1 : 0) + (isLast ? 1 : 0));
        return { day: monthFrom(today, ahead - begun) - (isLast ? 1 : 0), kind: "other" };
    }
    const [, name, year] = /^(\S+)(?: (\d{4}))?$/.exec(rest) ?? [];
    const month = monthNumber(name);
    if (!month) {
        return undefined;
    }
    const at = (first: number) => (isLast ? monthFrom(first, 1) - 1 : first);
    const inYear = year && dayOf(Number(year), month, 1);
    const day =
        typeof inYear === "number" ? at(inYear) : nearest(today, (first) => ofMonthNumber(first, month) && at(first));
    return { day, kind: year || !isLast ? "date" : "other" };
}

// Reads `friday`, `next friday`, `last friday`, `this friday`.
function ofWeek(text: string, { today, weekStart }: Calendar): Day | undefined {
    const [, which, word] = /^(?:(next|last|this|coming) )?(\S+)$/.exec(text) ?? [];
    const named = weekday(word);
    if (named === undefined) {
        return undefined;
    }
    const ahead = modulo(named - weekdayOf(today), 7);
    const days = {
        next: 7 - modulo(weekdayOf(today) - weekStart, 7) + modulo(named - weekStart, 7),
        last: ahead - 7,
    }[which ?? ""];
    return { day: today + (days ?? (ahead || 7)), kind: "other" };
}

function isoDate(text: string): Day | undefined {
    const found = /^(\d{4})-(\d\d?)-(\d\d?)$/.exec(text);
    return found ? date(Number(found[1]), Number(found[2]), Number(found[3])) : undefined;
}

// Reads `24 december`, `dec 24th`, `the 1st of december 2026`.
function ofYear(text: string, today: number): Day | undefined {
    const [, one, other, year] = /^(?:the )?(\S+)(?: of)? (\S+)(?: (\d{4}))?$/.exec(text) ?? [];
    const [word, month] = monthNumber(other) ? [one, monthNumber(other)] : [other, monthNumber(one)];
    const day = ordinal(word) ?? ordinal(`${word}th`);
    if (!month || !day) {
        return undefined;
    }
    if (year) {
        return date(Number(year), month, day);
    }
    const exists = dayOf(2028, month, day) !== undefined;
    const find = (first: number) => ofMonthNumber(first, month) && dayOf(civil(first).year, month, day);
    return { day: exists ? nearest(today, find) : Number.NaN, kind: "date" };
}

// Reads `the 15th`.
function ofMonth(text: string, today: number): Day | undefined {
    const day = ordinal(text.replace(/^the /, ""));
    const find = (first: number) => (day && day <= daysInMonth(first) ? first + day - 1 : undefined);
    return day ? { day: nearest(today, find), kind: "day of month" } : undefined;
}

function after(words: string[], today: number): Day | undefined {
    const length = duration(words);
    return length && length.minutes === 0 ? { day: addDays(today, length), kind: "other" } : undefined;
}

function date(year: number, month: number, day: number): Day {
    return { day: dayOf(year, month, day) ?? Number.NaN, kind: "date" };
}

// `november`, `nov`, `nov.`, `sept`.
function monthNumber(word = ""): number {
    const name = word.replace(/\.+$/, "");
    const isShort = name.length === 3 || name.length === 4;
    return 1 + MONTHS.findIndex((month) => month === name || (isShort && month.startsWith(name)));
}

function ofMonthNumber(first: number, month: number): boolean {
    return civil(first).month === month;
}

// Calls `find` with the first day of each month, and returns the first result that is not in the past. 100 months are
// enough, because every date occurs within eight years.
function nearest(today: number, find: (first: number) => number | false | undefined): number {
    for (let months = 0; months <= 100; months++) {
        const day = find(monthFrom(today, months));
        if (typeof day === "number" && day >= today) {
            return day;
        }
    }
    return Number.NaN;
}
