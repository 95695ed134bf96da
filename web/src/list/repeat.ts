// A repetition in words: "every 2 weeks on Mon and Thu until 31 Dec".
import type { Now, Repeat } from "./model.ts";

export function repeatWords(_repeat: Repeat, _now: Now, _locale?: string): string {
    return "";
}
