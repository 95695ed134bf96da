// The local times of time zones, with Intl. A local time is the number of milliseconds that the same date and time
// would have in UTC.
import { dayFrom } from "./civil.ts";
import type { Now } from "./model.ts";

export const MINUTE = 60_000;
export const DAY = 1440 * MINUTE;
const clocks = new Map<string, Intl.DateTimeFormat>();

// The local time at an instant, to the second.
export function localAt(instant: number, zone: string): number {
    const part: Record<string, string> = {};
    for (const { type, value } of clock(zone).formatToParts(instant)) {
        part[type] = value;
    }
    const year = part.era === "BC" ? 1 - Number(part.year) : Number(part.year);
    const time = (Number(part.hour) * 60 + Number(part.minute)) * MINUTE + Number(part.second) * 1000;
    return new Date(0).setUTCFullYear(year, Number(part.month) - 1, Number(part.day)) + time;
}

// The instant of a local time (RFC 5545, section 3.3.5). A time that does not exist, because the clocks go forward, is
// read with the offset before the change. Of a time that occurs twice, because the clocks go back, the first one
// counts.
export function instantOf(local: number, zone: string): number {
    const before = local - offset(local - DAY, zone);
    const after = local - offset(local + DAY, zone);
    return localAt(before, zone) !== local && localAt(after, zone) === local ? after : before;
}

// The local time of a text such as 2026-11-27T17:00.
export function localOf(text: string): number {
    return dayFrom(text) * DAY + (Number(text.slice(11, 13)) * 60 + Number(text.slice(14, 16))) * MINUTE;
}

export function instantOfNow(now: Now): number {
    const [hours, minutes] = now.utc_offset.split(":");
    const size = Math.abs(Number(hours)) * 60 + Number(minutes);
    return localOf(`${now.date}T${now.time}`) - (now.utc_offset.startsWith("-") ? -size : size) * MINUTE;
}

function offset(instant: number, zone: string): number {
    return localAt(instant, zone) - instant;
}

function clock(zone: string): Intl.DateTimeFormat {
    let known = clocks.get(zone);
    if (!known) {
        const numeric = "numeric";
        known = new Intl.DateTimeFormat("en-US", {
            timeZone: zone,
            hourCycle: "h23",
            era: "short",
            year: numeric,
            month: numeric,
            day: numeric,
            hour: numeric,
            minute: numeric,
            second: numeric,
        });
        clocks.set(zone, known);
    }
    return known;
}
