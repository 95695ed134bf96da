// Reads the days and times that people type, as the service reads them (docs/API-DESIGN.md, "Days and times"). The
// files of src/domain/due_input do the same for the service, and the tests compare both.
import { dayFrom, isDate, isInCalendar, iso, two, WEEKDAYS, weekdayOf } from "./civil.ts";
import { type Clock, clock, evening } from "./clock.ts";
import { type Calendar, type Day, dayWords, weekday } from "./day_words.ts";
import { addDays, type Duration, duration } from "./duration.ts";
import { instantIn } from "./instant.ts";
import type { Now, Settings } from "./model.ts";
import { normalised, plain } from "./spelling.ts";
import { DAY, instantOf, instantOfNow, localAt, localOf, MINUTE } from "./zone.ts";

// The meaning of a text depends on these values. `present` is the due date that the todo has now: if the text has only
// a day, the todo keeps its time, and if the text has only a time, the todo keeps its day.
export interface Place {
    now: Now;
    weekStart: Settings["week_start"];
    present?: string | undefined;
}

interface Wall {
    day?: Day | undefined;
    weekday?: number | undefined;
    clock?: Clock | undefined;
}

// `tonight` means 20:00, or the last minute of the day if it is already later.
const TONIGHT = 20 * 60;
const LAST_MINUTE = 24 * 60 - 1;
const FILLERS = /^(at|by|@)$/;
const LONGEST = 60;
const MOST_WORDS = 12;

// The due date, as `2026-11-27` or `2026-11-27T17:00`. Undefined if the service would refuse the text.
export function readDue(text: string, place: Place): string | undefined {
    if ([...text.trim()].length > LONGEST) {
        return undefined;
    }
    const said = plain(text);
    const instant = instantIn(said);
    if (instant !== undefined) {
        return written(localAt(instant, place.now.time_zone));
    }
    const words = normalised(said);
    if (!words[0] || words.length > MOST_WORDS) {
        return undefined;
    }
    // The weekday may stand at the end, as in the answers of the service: `2026-11-27T17:00 (fri)`.
    if (words.length > 2 && isDate(words[0]) && weekday(words.at(-1)) !== undefined) {
        words.unshift(words.pop() ?? "");
    }
    if (/^((right|just) )?now$/.test(words.join(" "))) {
        return `${place.now.date}T${place.now.time}`;
    }
    const length = duration(words);
    return length && length.minutes !== 0 ? fromNow(length, place) : ofWall(words, place);
}

function fromNow(length: Duration, { now }: Place): string | undefined {
    const local = localOf(`${now.date}T${now.time}`);
    const today = dayFrom(now.date);
    const moved = addDays(today, length) - today;
    // A number of days keeps the time of day, also when the clocks change. A number of hours counts real hours.
    const instant = moved ? instantOf(local + moved * DAY, now.time_zone) : instantOfNow(now);
    return written(localAt(instant + (length.sign || 1) * length.minutes * MINUTE, now.time_zone));
}

// Reads a day, a time, or both. The day may come before or after the time.
function ofWall(words: string[], place: Place): string | undefined {
    const calendar = { today: dayFrom(place.now.date), weekStart: WEEKDAYS.indexOf(place.weekStart) };
    for (let at = 0; at <= words.length; at++) {
        const [first, second] = [words.slice(0, at), words.slice(at)];
        const wall = wallOf(first, second, calendar) ?? wallOf(second, first, calendar);
        if (wall) {
            return resolved(wall, calendar.today, place);
        }
    }
    return undefined;
}

function wallOf(days: string[], times: string[], calendar: Calendar): Wall | undefined {
    const wall: Wall = {};
    if (days.length > 0) {
        const day = checkedDay(without(days, /^(on|by|due|until)$/), calendar);
        if (!day) {
            return undefined;
        }
        Object.assign(wall, day);
    } else if (times.length > 1 && (times[0] === "tonight" || times.at(-1) === "tonight")) {
        const rest = times[0] === "tonight" ? times.slice(1) : times.slice(0, -1);
        const time = evening(without(rest, FILLERS));
        return time === undefined ? undefined : { day: { day: calendar.today, kind: "today" }, clock: time };
    }
    if (times.length > 0) {
        wall.clock = clock(without(times, FILLERS));
    }
    const isRead = times.length === 0 ? wall.day : wall.clock !== undefined;
    // `tonight` belongs to today, so another day beside it is refused.
    const isOther = wall.clock === "tonight" && wall.day && wall.day.kind !== "today";
    return isRead && !isOther ? wall : undefined;
}

// A day, and the weekday that stands beside it: `fri 2026-11-27`.
function checkedDay(words: string[], calendar: Calendar): Wall | undefined {
    const day = dayWords(words, calendar);
    if (day) {
        return { day };
    }
    const beside = (word: string | undefined, rest: string[]): Wall | undefined => {
        const named = weekday(word);
        const day = named === undefined ? undefined : dayWords(without(rest, /^the$/), calendar);
        return day && day.kind !== "other" ? { day, weekday: named } : undefined;
    };
    const rest = words.length > 2 ? without(words, /^(this|coming)$/) : words;
    const last = beside(words.at(-1), words.slice(0, -1));
    // `2nd friday` is the second Friday of a month.
    return beside(rest[0], rest.slice(1)) ?? (last?.day?.kind === "day of month" ? undefined : last);
}

function resolved({ day, weekday, clock }: Wall, today: number, { now, present }: Place): string | undefined {
    const [hours, minutes] = now.time.split(":");
    const minute = Number(hours) * 60 + Number(minutes);
    let date = day?.day ?? today;
    if (!day && clock !== "tonight") {
        const isOver = typeof clock === "number" && clock <= minute;
        date = present ? dayFrom(present) : today + (isOver ? 1 : 0);
    }
    const time = clock === "tonight" ? (minute < TONIGHT ? TONIGHT : LAST_MINUTE) : clock;
    if (weekday !== undefined && weekday !== weekdayOf(date)) {
        return undefined;
    }
    const kept = time === undefined ? (present?.slice(10) ?? "") : "";
    const shown = typeof time === "number" ? `T${clockOf(time)}` : kept;
    return isInCalendar(date) ? iso(date) + shown : undefined;
}

function written(local: number): string | undefined {
    const day = Math.floor(local / DAY);
    const minute = Math.floor((local - day * DAY) / MINUTE);
    return isInCalendar(day) ? `${iso(day)}T${clockOf(minute)}` : undefined;
}

function clockOf(minute: number): string {
    return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

// Leaves out the first word if it is a filler and not the only word.
function without(words: string[], fillers: RegExp): string[] {
    return words.length > 1 && fillers.test(words[0] ?? "") ? words.slice(1) : words;
}
