// Durations in the texts of people: `in 2 weeks`, `+3d`, `1h30m`, `2 days ago`, `last 10 minutes`, `PT10M` (ISO 8601).
import { addMonths } from "./civil.ts";

export interface Duration {
    months: number;
    days: number;
    minutes: number;
    // 1 for the future, -1 for the past, and 0 if the text does not say which: `2 weeks`.
    sign: 1 | -1 | 0;
}

// The units, longest first, which is also their order in a text.
const UNITS = [
    "years year yrs yr y",
    "months month mos mo",
    "weeks week wks wk w",
    "days day d",
    "hours hour hrs hr h",
    "minutes minute mins min m",
    "seconds second secs sec s",
].map((names) => names.split(" "));
const SIZES = [12, 1, 7, 1, 60, 1, 1 / 60];
const FIRST_OF_TIME = 4;

export function duration(words: string[]): Duration | undefined {
    let text = words.join(" ");
    let sign: Duration["sign"] = 0;
    const said = /^in (.*)$|^(.*) from now$|^(?:the )?(?:last|past) (.*)$|^(.*) ago$/.exec(text);
    if (said) {
        sign = said[1] !== undefined || said[2] !== undefined ? 1 : -1;
        text = said.slice(1).find((rest) => rest !== undefined) ?? "";
    }
    if (/^half (1 )?hour$/.test(text)) {
        text = "30 minutes";
    } else if (/^(1 )?fortnight$/.test(text)) {
        text = "2 weeks";
    } else if (sign < 0 && /^(hour|minute)$/.test(text)) {
        // `last week` and `last month` are not durations from now.
        text = `1 ${text}`;
    } else if (!sign && /^[+-]/.test(text)) {
        sign = text.startsWith("+") ? 1 : -1;
        text = text.slice(1);
    }
    // A number of more than four digits in a duration is a mistake.
    const length = /\d{5}/.test(text) ? undefined : (units(text) ?? units(ofIso(text)));
    return length && { ...length, sign };
}

// The day that is this much later or earlier. If that month is too short for the day, its last day.
export function addDays(day: number, { months, days, sign }: Duration): number {
    const direction = sign || 1;
    return addMonths(day, direction * months) + direction * days;
}

// Undefined if the duration is not a number of whole minutes, because the page does not know the second of the present
// moment.
function units(text: string): Omit<Duration, "sign"> | undefined {
    const length = [0, 0, 0];
    let [at, last] = [0, -1];
    const part = /(\d+)(\.\d+)? ?([a-z]+) ?/y;
    for (let found = part.exec(text); found; found = part.exec(text)) {
        const [, whole, fraction = "", name = ""] = found;
        at = part.lastIndex;
        const unit = UNITS.findIndex((names) => names.includes(name));
        if (unit <= last || (fraction && (unit < FIRST_OF_TIME || at < text.length))) {
            return undefined;
        }
        last = unit;
        const kind = unit < 2 ? 0 : unit < FIRST_OF_TIME ? 1 : 2;
        length[kind] = (length[kind] ?? 0) + Number(`${whole}${fraction}`) * (SIZES[unit] ?? 0);
    }
    const [months = 0, days = 0, time = 0] = length;
    const minutes = Math.round(time);
    const isWhole = Math.abs(time - minutes) < 1e-6;
    return at > 0 && at === text.length && isWhole ? { months, days, minutes } : undefined;
}

// Rewrites `PT1H30M` in the form `1h30m`.
function ofIso(text: string): string {
    const [, days = "", time = ""] = /^p((?:\d+[ymwd])*)(?:t((?:\d+(?:\.\d+)?[hms])+))?$/.exec(text) ?? [];
    return days.replace("m", "mo") + time;
}
