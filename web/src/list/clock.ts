// Times of day in the texts of people, such as `5:30pm`.

// A number is the minutes since midnight. "tonight" is this evening. "all day" removes the time that the todo has.
export type Clock = number | "tonight" | "all day";

export const NOON = 12 * 60;
export const END_OF_DAY = 17 * 60;

// Reads `17:00`, `5:30pm`, `5 pm`, `noon`, `tonight`, `eod`.
export function clock(words: string[]): Clock | undefined {
    const text = words.join(" ");
    if (text === "tonight" || text === "all day") {
        return text;
    }
    if (/^(noon|midday)$/.test(text)) {
        return NOON;
    }
    if (/^(eod|end of (the )?day)$/.test(text)) {
        return END_OF_DAY;
    }
    const half = /^(\d\d?)(?:[:.](\d\d))? ?([ap])m$/.exec(text);
    if (half) {
        const hours = Number(half[1]);
        return hours > 0 && hours < 13 ? minutes((hours % 12) + (half[3] === "p" ? 12 : 0), half[2]) : undefined;
    }
    const whole = /^(\d\d?):(\d\d)(?::[0-5]\d(?:\.\d{1,9})?)?$/.exec(text);
    return whole ? minutes(Number(whole[1]), whole[2]) : undefined;
}

// Reads a time that stands beside `tonight`, such as `8`. An hour from 5 to 11 means the evening. Undefined if the time
// is not in the evening, such as `9am` or `noon`.
export function evening(words: string[]): number | undefined {
    const text = words.join(" ");
    const time = /^\d\d?$/.test(text) ? minutes(Number(text)) : clock(words);
    if (typeof time !== "number" || text.endsWith("am")) {
        return undefined;
    }
    const hour = Math.floor(time / 60);
    return hour >= 17 ? time : hour >= 5 && hour < NOON / 60 ? time + NOON : undefined;
}

function minutes(hours: number, rest = "0"): number | undefined {
    return hours < 24 && Number(rest) < 60 ? hours * 60 + Number(rest) : undefined;
}
