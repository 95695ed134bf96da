// Moments with an offset from UTC (RFC 3339), such as `2026-11-27T17:00:00Z`. A weekday may stand before or behind it.
import { dayFrom, isDate, isInCalendar, weekdayOf } from "./civil.ts";
import { weekday } from "./day_words.ts";
import { DAY, localOf, MINUTE } from "./zone.ts";

const TIME = "((?:[01]\\d|2[0-3]):[0-5]\\d)(?::[0-5]\\d(?:\\.\\d{1,9})?)?";
const OFFSET = "(?:z|([+-])([01]\\d|2[0-3])(?::?([0-5]\\d))?)";
const FORM = new RegExp(`^(?:\\(?([a-z]+)[),]* )?([\\d-]{10})[t ]${TIME} *${OFFSET}(?:,? \\(?([a-z]+)\\)?)?$`, "i");

// The instant, to the minute.
export function instantIn(text: string): number | undefined {
    const found = FORM.exec(text);
    if (!found) {
        return undefined;
    }
    const [, before, date = "", time, sign, hours, minutes, behind] = found;
    const named = before ?? behind;
    const isRight =
        named === undefined || (!(before && behind) && weekday(named.toLowerCase()) === weekdayOf(dayFrom(date)));
    const offset = Number(`${sign ?? ""}1`) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
    const instant = localOf(`${date}T${time}`) - offset * MINUTE;
    // Near the first and the last year of the calendar, the local date may be in a year outside the calendar.
    const isInside = isInCalendar(Math.floor(instant / DAY) - 2) && isInCalendar(Math.floor(instant / DAY) + 2);
    return isDate(date) && isRight && isInside ? instant : undefined;
}
