// Shows due dates to people: in the person's time zone, and in the language of the browser.
import { dayFrom, iso, weekdayOf } from "./civil.ts";
import type { Now } from "./model.ts";
import { DAY, instantOf, instantOfNow, localAt, localOf, MINUTE } from "./zone.ts";

export type Group = "overdue" | "today" | "tomorrow" | "next_7_days" | "later" | "none";

const NAMES = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const words = new Map<string, string>();
const formats = new Map<string, Intl.DateTimeFormat>();

// The present moment on the clock of a time zone. `at` is in milliseconds, as from Date.now().
export function nowAt(at: number, time_zone: string): Now {
    const local = localAt(at, time_zone);
    const day = Math.floor(local / DAY);
    const time = new Date(local).toISOString().slice(11, 16);
    const offset = Math.round((local - Math.floor(at / 1000) * 1000) / MINUTE);
    const size = new Date(Math.abs(offset) * MINUTE).toISOString().slice(11, 16);
    const utc_offset = `${offset < 0 ? "-" : "+"}${size}`;
    return { date: iso(day), time, weekday: NAMES[weekdayOf(day)] ?? "", time_zone, utc_offset };
}

// A due date without a time is overdue when the day is over, and one with a time as soon as the time has passed.
export function isOverdue(due: string, now: Now): boolean {
    // On another day, the date alone decides. On the same day, the clock may have gone back since the due time.
    if (due.length === 10 || !due.startsWith(now.date)) {
        return due.slice(0, 10) < now.date;
    }
    return instantOf(localOf(due), now.time_zone) < instantOfNow(now);
}

// The group of the filter `due`. If several groups fit, the first one counts, so "next_7_days" has only the days after
// tomorrow.
export function group(due: string | undefined, now: Now): Group {
    if (!due) {
        return "none";
    }
    if (isOverdue(due, now)) {
        return "overdue";
    }
    const days = dayFrom(due) - dayFrom(now.date);
    return days <= 0 ? "today" : days === 1 ? "tomorrow" : days <= 7 ? "next_7_days" : "later";
}

// Short words, such as "Today 18:00" or "Tue 24 Nov". Without `locale`, the text is in the language of the browser.
export function showDue(due: string, now: Now, locale?: string): string {
    const words = showInText(due, now, locale);
    return words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
}

// A moment, such as 2026-11-27T16:00:00Z, on the clock of the person.
export function showMoment(at: string, now: Now): string {
    const { date, time } = nowAt(Date.parse(at), now.time_zone);
    return showInText(`${date}T${time}`, now);
}

// The same words for the middle of a sentence: "today 18:00".
export function showInText(due: string, now: Now, locale?: string): string {
    const days = dayFrom(due) - dayFrom(now.date);
    const date = Math.abs(days) <= 1 ? relative(days, locale) : showDate(due, now, locale, "short");
    return due.length > 10 ? `${date} ${showTime(due, locale)}` : date;
}

// A day such as "24 Nov" or "Tuesday 24 November". The text contains the year only if it is not the current year.
export function showDate(date: string, now: Now, locale?: string, names?: "short" | "long"): string {
    const year = date.slice(0, 4) === now.date.slice(0, 4) ? undefined : "numeric";
    const options = { weekday: names, day: "numeric", month: names ?? "short", year } as const;
    return show(dayFrom(date) * DAY, options, locale);
}

// The time of a date such as 2026-11-27T17:00.
export function showTime(due: string, locale?: string): string {
    return show(localOf(due), { timeStyle: "short" }, locale);
}

function relative(days: number, locale?: string): string {
    const key = `${locale} ${days}`;
    let word = words.get(key);
    if (!word) {
        word = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day");
        words.set(key, word);
    }
    return word;
}

// The formats are cached: to make a format takes longer than to use it, and a list has many dates.
function show(local: number, options: Intl.DateTimeFormatOptions, locale?: string): string {
    const key = `${locale} ${JSON.stringify(options)}`;
    let format = formats.get(key);
    if (!format) {
        format = new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" });
        formats.set(key, format);
    }
    return format.format(local);
}
