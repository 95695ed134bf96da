// A repetition in words: "every 2 weeks on Mon and Thu until 31 Dec".
import { WEEKDAYS } from "./civil.ts";
import { showDate } from "./dates.ts";
import type { Now, Repeat } from "./model.ts";

const ENDINGS = new Intl.PluralRules("en", { type: "ordinal" });
const SUFFIXES: Partial<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd" };

export function repeatWords(repeat: Repeat, now: Now, locale?: string): string {
    const { unit, every = 1, weekdays, on, from, until, count } = repeat;
    const days = weekdays && weekdays.length > 0 ? weekdayNames(weekdays) : "";
    let words = every > 1 ? `every ${every} ${unit}s` : `every ${unit}`;
    if (days) {
        words = every > 1 ? `${words} on ${days}` : `every ${days}`;
    }
    if (on) {
        words += ` on the ${dayOfMonth(on)}`;
    }
    if (from === "completion") {
        words += " after completion";
    }
    if (until) {
        words += ` until ${showDate(until, now, locale)}`;
    }
    return count ? `${words}, ${count > 1 ? `${count} times` : "for the last time"}` : words;
}

function weekdayNames(weekdays: NonNullable<Repeat["weekdays"]>): string {
    const sorted = WEEKDAYS.filter((weekday) => weekdays.includes(weekday));
    if (sorted.join() === WEEKDAYS.slice(0, 5).join()) {
        return "workday";
    }
    const names = sorted.map(capital);
    const last = names.pop() ?? "";
    return names.length > 0 ? `${names.join(", ")} and ${last}` : last;
}

function dayOfMonth(on: string): string {
    const number = Number(on);
    if (number) {
        return `${number}${SUFFIXES[ENDINGS.select(number)] ?? "th"}`;
    }
    return on.replace(/(mon|tue|wed|thu|fri|sat|sun)$/, capital);
}

export function capital(word: string): string {
    return word.charAt(0).toUpperCase() + word.slice(1);
}
