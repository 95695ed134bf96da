import { WEEKDAYS } from "../../list/civil.ts";

const names = new Intl.DateTimeFormat(undefined, { weekday: "short", timeZone: "UTC" });
// 1 January 2024 was a Monday.
const weekdayName = (index: number) => names.format(Date.UTC(2024, 0, 1 + index));

type Weekday = (typeof WEEKDAYS)[number];

export function Weekdays({ chosen, choose }: { chosen: Weekday[]; choose: (days: Weekday[]) => void }) {
    return (
        <fieldset class="weekdays pills">
            <legend class="hidden">Weekdays</legend>
            {WEEKDAYS.map((day, i) => (
                <button
                    key={day}
                    type="button"
                    class="pill"
                    aria-pressed={chosen.includes(day)}
                    onClick={() => choose(WEEKDAYS.filter((name) => (name === day) !== chosen.includes(name)))}
                >
                    {weekdayName(i)}
                </button>
            ))}
        </fieldset>
    );
}
