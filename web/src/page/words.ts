// Words for numbers and times.
import { nowAt, showMoment, showTime } from "../list/dates.ts";
import { now } from "../list/store.ts";

const plural = new Intl.PluralRules("en");

export function figure(number: number): string {
    return number.toLocaleString("en");
}

export function count(number: number, one: string, many = `${one}s`): string {
    return `${figure(number)} ${plural.select(number) === "one" ? one : many}`;
}

const ago = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

// A moment such as "2 minutes ago". A moment that is older than a day is shown as its day and time.
export function when(at: string): string {
    now.value; // Each minute, it is longer ago.
    const minutes = Math.round((Date.now() - Date.parse(at)) / 60_000);
    if (minutes < 1) {
        return "just now";
    }
    if (minutes < 60) {
        return ago.format(-minutes, "minute");
    }
    return minutes < 24 * 60 ? ago.format(-Math.round(minutes / 60), "hour") : showMoment(at, now.value);
}

// A moment in the time zone of the person, such as 2026-11-27T17:00.
export function onClock(at: string): string {
    const { date, time } = nowAt(Date.parse(at), now.value.time_zone);
    return `${date}T${time}`;
}

// The words of `when`, for a place under a heading with the day: before today, the time alone is enough.
export function whenOnDay(at: string): string {
    const local = onClock(at);
    return local < now.value.date ? showTime(local) : when(at);
}
