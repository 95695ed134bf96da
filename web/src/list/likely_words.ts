// Reads texts that the service refuses because they can mean two things, such as `tomorrow at 5`. The page takes the
// likely meaning, because the person sees the meaning before the todo is added or changed.
import { type Place, readDue } from "./due_words.ts";
import { normalised, plain } from "./spelling.ts";

export const PARTS = "morning|afternoon|evening|night";
// The hours that the service proposes for these words.
const HOURS: Record<string, string> = { morning: "9", afternoon: "3", evening: "7", night: "10" };
const HOUR = String.raw`(\d\d?(?::\d\d)?)`;
// `tomorrow morning`, `friday evening at 7`, `8 in the evening`.
const IN_PART = new RegExp(`^(.*?) ?(?:(?:at |^)${HOUR} )?(?:in the |at |(this ))?(${PARTS})(?: (?:at )?${HOUR})?$`);
const AT_HOUR = /^(?:(.+) )?at (\d\d?)$/;
// A number alone is an hour only after one of these words.
const AFTER_DAY = String.raw`\b(\w+day|tomorrow|mon|tue|wed|thu|fri|sat|sun) `;
export const HOUR_ALONE = new RegExp(String.raw`${AFTER_DAY}\d\d?$`);
const WITHOUT_AT = new RegExp(String.raw`${AFTER_DAY}(?=\d\d?(:\d\d)?( in| at|$))`);
// Finds a title that still names a day other than today. `tomorrow's` does not count.
export const DAY_LEFT =
    /\b((sun|mon|tues|wednes|thurs|fri|satur)days?|tom+or+ow|(this|next) (week|month|year)|weekend|(on|by) \d\d?\/\d\d?|\d\d?\/\d\d?(?=$| at)|\d\d?\.\d\d?\.)(?![\w'\u2019])/i;

// Returns the due date in the same form as `readDue`.
export function readLikely(text: string, place: Place): string | undefined {
    return readDue(text, place) ?? likely(normalised(plain(text)).join(" "), place);
}

function likely(said: string, place: Place): string | undefined {
    // `friday 4` may be Friday the 4th.
    if (HOUR_ALONE.test(said) && readDue(`${said}th`, place)) {
        return undefined;
    }
    const text = said.replace(/^(at \d\d?) (.+)$/, "$2 $1").replace(WITHOUT_AT, "$1 at ");
    const found = IN_PART.exec(text);
    const [, day, hour = ""] = AT_HOUR.exec(text) ?? [];
    return found ? inPart(found, place) : timed(day, hour, place);
}

function inPart([, of = "", before, isThis, part = "", after]: string[], place: Place): string | undefined {
    const day = isThis ? "today" : of;
    const due = timed(day, before ?? after ?? HOURS[part] ?? "", place, part);
    return day === "today" && due && due.slice(11) <= place.now.time ? undefined : due;
}

// Reads an hour on a day. Without a part of the day, an hour from 1 to 7 is in the afternoon.
function timed(day = "", hour: string, place: Place, part?: string): string | undefined {
    const [hours, minutes = "00"] = hour.split(":");
    const number = Number(hours);
    const first = part === "evening" || part === "night" ? 5 : 1;
    const isLater = part !== "morning" && number < (part ? 12 : 8);
    return number < first ? undefined : readDue(`${day} ${number + (isLater ? 12 : 0)}:${minutes}`.trim(), place);
}
