// Small things in words.
import { now } from "../list/store.ts";

const plural = new Intl.PluralRules("en");

export function count(number: number, one: string, many = `${one}s`): string {
    return `${number} ${plural.select(number) === "one" ? one : many}`;
}

const ago = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

// "2 minutes ago", or the day for what is older than a day.
export function when(at: string): string {
    now.value; // Each minute, it is longer ago.
    const minutes = Math.round((Date.now() - Date.parse(at)) / 60_000);
    if (minutes < 1) {
        return "just now";
    }
    if (minutes < 60) {
        return ago.format(-minutes, "minute");
    }
    return minutes < 24 * 60 ? ago.format(-Math.round(minutes / 60), "hour") : moment(at);
}

const moments = new Intl.DateTimeFormat(undefined, {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "numeric",
    minute: "2-digit",
});

export function moment(at: string): string {
    return moments.format(Date.parse(at));
}

const days = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });

export function longDay(date: string): string {
    return days.format(Date.parse(date.slice(0, 10)));
}

const times = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", timeZone: "UTC" });

// The time of a due date, if it has one.
export function timeOf(due: string | undefined): string | undefined {
    return due && due.length > 10 ? times.format(Date.parse(`${due}Z`)) : undefined;
}
