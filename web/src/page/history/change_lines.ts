// The lines of a change, such as "due: none → 2026-11-27", in the words of the page: "Date: Fri 27 Nov".
import { showDue, showMoment } from "../../list/dates.ts";
import type { Now, Repeat } from "../../list/model.ts";
import { capital, repeatWords } from "../../list/repeat.ts";

const NAMES: Record<string, string> = {
    due: "Date",
    completed_at: "Done",
    position: "Place in the list",
    time_zone: "Time zone",
    week_start: "First day of the week",
    default_list: "List for new todos",
};
const STATUSES: Record<string, string> = { completed: "Completed", deleted: "Deleted", open: "To do again" };
const VALUES: Record<string, (text: string, now: Now) => string> = {
    due: showDue,
    completed_at: showMoment,
    repeat: repeatAgain,
    steps: (text) => text.replaceAll("[ ] ", "").replaceAll("[x] ", "✓ "),
    time_zone: (text) => text.replaceAll("_", " "),
    week_start: capital,
};

// The lines of one todo, or of the settings. `isSaid` means that the sentence above the lines already names the new
// status.
export function plainLines(lines: readonly string[], now: Now, isSaid = false): string[] {
    const isDone = lines.some((line) => /^status: .* → completed$/.test(line));
    return lines.flatMap((line) => {
        const [, name = "", old = "", next = ""] = /^(\w+): (.*?) → (.*)$/s.exec(line) ?? [];
        if (name === "status") {
            return isSaid ? [] : (STATUSES[next] ?? next);
        }
        // The repetition of a completed todo moves to the next todo. This is not shown as a change.
        return isDone && name === "repeat" ? [] : `${plainName(name)}: ${plainValues(name, old, next, now)}`;
    });
}

export function plainName(name: string): string {
    return NAMES[name] ?? capital(name);
}

function plainValues(name: string, old: string, next: string, now: Now): string {
    const show = (text: string) => (text === "none" ? text : (VALUES[name]?.(text, now) ?? text));
    // If a text only became longer, "…" stands for the old text.
    return old === "none" || old === "…" ? show(next) : `${show(old)} → ${show(next)}`;
}

const REPEAT = /^every (?:(\d+) )?(\w+?)s?(?: on (.*?))?( from completion)?(?: until ([\d-]+))?(?:, (\d+) left)?$/;

// Rewrites a repetition such as "every 2 weeks on mon, fri until 2026-12-31" in the words of the page.
function repeatAgain(text: string, now: Now): string {
    const [isRead, every, unit, on, from, until, count] = REPEAT.exec(text) ?? [];
    const days = unit === "week" ? { weekdays: on?.split(", ") } : { on };
    const repeat = {
        unit,
        every: Number(every ?? 1),
        ...days,
        from: from && "completion",
        until,
        count: Number(count),
    };
    return isRead ? repeatWords(repeat as Repeat, now) : text;
}
