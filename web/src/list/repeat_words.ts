// Reads how a todo repeats: "every 2 weeks on mon and thu", "daily", "every month on the 15th", "every last workday".
import { dayFrom, daysInMonth, iso, modulo, monthFrom, WEEKDAYS, weekdayOf } from "./civil.ts";
import { ordinal, weekday } from "./day_words.ts";
import type { Repeat } from "./model.ts";

const ALONE = new Map<string, Repeat["unit"]>([
    ["daily", "day"],
    ["weekly", "week"],
    ["monthly", "month"],
    ["yearly", "year"],
]);
const ORDINALS = ["first", "second", "third", "fourth"];
const MOST = 365;

// Whether a repetition can begin with this word.
export function beginsRepeat(word: string): boolean {
    return word === "every" || word === "each" || ALONE.has(word);
}

// `words` are normalised. Undefined if they contain anything other than a repetition.
export function repeatOf(words: string[]): Repeat | undefined {
    const unit = words.length === 1 && ALONE.get(words[0] ?? "");
    if (unit) {
        return { unit };
    }
    const text = /^(?:every|each) (.+)$/.exec(words.join(" "))?.[1] ?? "";
    return everyUnit(text) ?? everyWeekday(text) ?? everyDayOfMonth(text);
}

// The first day that fits the repetition, not before `due`, with the time of `due`.
export function firstFrom(repeat: Repeat, due: string): string {
    const { on, weekdays } = repeat;
    const day = dayFrom(due);
    // Two days that fit are at most 62 days apart.
    for (let fits = day; fits < day + 63; fits++) {
        const name = WEEKDAYS[weekdayOf(fits)];
        if (on ? inMonth(on, fits) === fits : !weekdays || (name && weekdays.includes(name))) {
            return iso(fits) + due.slice(10);
        }
    }
    return due;
}

// Reads `day`, `other week`, `2 weeks on mon thu`, `month on the 15th`.
function everyUnit(text: string): Repeat | undefined {
    const found = /^(?:(\d+|other) )?(day|week|month|year)s?(?: on (?:the )?(.+))?$/.exec(text);
    if (!found) {
        return undefined;
    }
    const [, number = "1", unit, on] = found;
    const count = number === "other" ? 2 : Number(number);
    const every = count === 1 ? undefined : count;
    const repeat: Repeat = { unit: unit as Repeat["unit"], ...(every && { every }) };
    if (count < 1 || count > MOST) {
        return undefined;
    }
    if (on === undefined) {
        return repeat;
    }
    const [weekdays, day] = [unit === "week" && weekdaysOf(on), unit === "month" && monthDay(on)];
    return weekdays ? { ...repeat, weekdays } : day ? { ...repeat, on: day } : undefined;
}

// Reads `friday`, `other friday`, `mon wed fri`, `workday`.
function everyWeekday(text: string): Repeat | undefined {
    const days = text.replace(/^other /, "");
    const weekdays = weekdaysOf(days);
    return weekdays && { unit: "week", ...(days !== text && { every: 2 }), weekdays };
}

// Reads `15th`, `last workday`, `3rd friday of the month`.
function everyDayOfMonth(text: string): Repeat | undefined {
    // These are refused: `every 2nd day` and `every second friday` can also mean every other day or Friday.
    const on = /^\d+\w+ day$/.test(text) ? undefined : monthDay(text);
    return on ? { unit: "month", on } : undefined;
}

function weekdaysOf(text: string): Repeat["weekdays"] {
    if (/^(week|work)days?$/.test(text)) {
        return WEEKDAYS.slice(0, 5);
    }
    if (/^weekends?$/.test(text)) {
        return WEEKDAYS.slice(5);
    }
    const named = text.split(/[ /&]+/).map((word) => weekday(word) ?? weekday(word.replace(/s$/, "")));
    return named.includes(undefined) ? undefined : WEEKDAYS.filter((_, at) => named.includes(at));
}

// The day of the month in the form of the service.
function monthDay(text: string): string | undefined {
    const [, which, day] = /^(?:the )?(\S+)(?: (.+?))?(?: of (?:(?:the|each|every) )?month)?$/.exec(text) ?? [];
    const number = ordinal(which);
    if (!day) {
        return number?.toString();
    }
    const isLast = which === "last";
    if (day === "day") {
        return isLast ? "last day" : number?.toString();
    }
    if (/^(work|week|working |business )day$/.test(day)) {
        return isLast || number === 1 ? `${isLast ? "last" : "first"} workday` : undefined;
    }
    const named = WEEKDAYS[weekday(day) ?? -1];
    const order = isLast ? "last" : ORDINALS[(number ?? 0) - 1];
    return named && order && `${order} ${named}`;
}

// The date of this day of the month, in the month of `day`.
function inMonth(on: string, day: number): number {
    const first = monthFrom(day, 0);
    const last = monthFrom(day, 1) - 1;
    const [order = "", name = ""] = on.split(" ");
    if (!name) {
        return first + Math.min(Number(order), daysInMonth(day)) - 1;
    }
    if (name === "workday") {
        const [begin, end] = [weekdayOf(first), weekdayOf(last)];
        return order === "first" ? first + (begin > 4 ? 7 - begin : 0) : last - Math.max(0, end - 4);
    }
    const named = (WEEKDAYS as readonly string[]).indexOf(name);
    if (order === "last") {
        return name === "day" ? last : last - modulo(weekdayOf(last) - named, 7);
    }
    return first + modulo(named - weekdayOf(first), 7) + 7 * ORDINALS.indexOf(order);
}
