// Reads the days and times that people type, as the service reads them (docs/API-DESIGN.md, "Days and times").
import type { Now, Settings } from "./model.ts";

// What a text means depends on these. `present` is the due date that the todo has: a day alone keeps its time, and a
// time alone keeps its day.
export interface Place {
    now: Now;
    weekStart: Settings["week_start"];
    present?: string | undefined;
}

// The due date, as `2026-11-27` or `2026-11-27T17:00`. Undefined if the service would refuse the text.
export function readDue(_text: string, _place: Place): string | undefined {
    return undefined;
}
