// Due dates as people see them: on the person's clock, in the language of the browser.
import type { Now } from "./model.ts";

export type Group = "overdue" | "today" | "tomorrow" | "next_7_days" | "later" | "none";

// The present moment on the clock of a time zone. `at` is in milliseconds, as of Date.now().
export function nowAt(_at: number, time_zone: string): Now {
    return { date: "", time: "", weekday: "", time_zone, utc_offset: "" };
}

export function isOverdue(_due: string, _now: Now): boolean {
    return false;
}

// The groups of the filter `due`, each todo in the first that fits: "next_7_days" are the days after tomorrow.
export function group(_due: string | undefined, _now: Now): Group {
    return "none";
}

// Short words, such as "Today 18:00" or "Tue 24 Nov". `locale` is the language of the browser when left out.
export function showDue(due: string, _now: Now, _locale?: string): string {
    return due;
}
