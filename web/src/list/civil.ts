// The calendar without a clock: a day is a number of days since 1970-01-01. Date is used in UTC only, because the clock
// of the browser is not always the clock of the person.

const DAY = 86_400_000;

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

export interface Civil {
    year: number;
    month: number; // from 1 on
    day: number;
}

// Undefined for a day that does not exist, such as 30 February.
export function dayOf(year: number, month: number, day: number): number | undefined {
    // Date.UTC would read the year 26 as 1926.
    const date = new Date(0).setUTCFullYear(year, month - 1, day) / DAY;
    return civil(date).month === month && day > 0 ? date : undefined;
}

export function civil(day: number): Civil {
    const date = new Date(day * DAY);
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

export function iso(day: number): string {
    const date = civil(day);
    return `${String(date.year).padStart(4, "0")}-${two(date.month)}-${two(date.day)}`;
}

// The day of a text that begins with a date such as 2026-11-27. The date must be valid: from the service, or already
// checked.
export function dayFrom(text: string): number {
    return new Date(`${text.slice(0, 10)}T00:00Z`).getTime() / DAY;
}

// Whether the text is a date that exists, in the form 2026-11-27.
export function isDate(text: string): boolean {
    const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
    return dayOf(Number(year), Number(month), Number(day)) !== undefined;
}

// Whether the year of the day can be written with four digits.
export function isInCalendar(day: number): boolean {
    const { year } = civil(day);
    return year >= 0 && year <= 9999;
}

// 0 is Monday. 1970-01-01 was a Thursday.
export function weekdayOf(day: number): number {
    return modulo(day + 3, 7);
}

// The first day of the month that is `months` months after the month of `day`.
export function monthFrom(day: number, months: number): number {
    const { year, month } = civil(day);
    return new Date(0).setUTCFullYear(year, month - 1 + months, 1) / DAY;
}

export function daysInMonth(day: number): number {
    return monthFrom(day, 1) - monthFrom(day, 0);
}

// The same day of the month, `months` months later. If that month is too short, its last day.
export function addMonths(day: number, months: number): number {
    const first = monthFrom(day, months);
    return first + Math.min(civil(day).day, daysInMonth(first)) - 1;
}

export function modulo(number: number, by: number): number {
    return ((number % by) + by) % by;
}

export function two(number: number): string {
    return String(number).padStart(2, "0");
}
