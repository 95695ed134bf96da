// How a todo repeats. The form is saved as a whole.
import { useSignal } from "@preact/signals";
import { WEEKDAYS } from "../../list/civil.ts";
import type { Repeat } from "../../list/model.ts";
import { change } from "../doing.ts";
import type { FieldProps } from "./pills.tsx";

const UNITS = ["day", "week", "month", "year"] as const;
const names = new Intl.DateTimeFormat(undefined, { weekday: "short", timeZone: "UTC" });
// 1 January 2024 was a Monday.
const weekdayName = (index: number) => names.format(Date.UTC(2024, 0, 1 + index));

export function RepeatField({ todo, done }: FieldProps) {
    const draft = useSignal<Repeat>(todo.repeat ?? { unit: "week" });
    const { unit, every, weekdays, on, until, count, from } = draft.value;
    const set = (fields: Partial<Repeat>) => {
        draft.value = { ...draft.value, ...fields };
    };
    const save = (event: Event) => {
        event.preventDefault();
        change(todo, { repeat: fitting(draft.value) }, "Repetition changed");
        done();
    };
    const stop = () => {
        change(todo, { clear: ["repeat"] }, "Does not repeat any more");
        done();
    };
    return (
        <form class="repeat-form" onSubmit={save}>
            <label class="line">
                Every
                <input
                    class="field short"
                    type="number"
                    min="1"
                    max="365"
                    value={every ?? 1}
                    onInput={(event) => set({ every: event.currentTarget.valueAsNumber || undefined })}
                />
                <select
                    class="field"
                    aria-label="Unit"
                    value={unit}
                    onChange={(event) => set({ unit: UNITS[event.currentTarget.selectedIndex] ?? "week" })}
                >
                    {UNITS.map((name) => (
                        <option key={name} value={name}>
                            {(every ?? 1) > 1 ? `${name}s` : name}
                        </option>
                    ))}
                </select>
            </label>
            {unit === "week" && <Weekdays chosen={weekdays ?? []} choose={(days) => set({ weekdays: days })} />}
            {(unit === "month" || unit === "year") && (
                <label class="line">
                    On
                    <input
                        class="field grow"
                        placeholder="15th, last day, first mon"
                        value={on ?? ""}
                        onInput={(event) => set({ on: event.currentTarget.value || undefined })}
                    />
                </label>
            )}
            <label class="line">
                Until
                <input
                    class="field"
                    type="date"
                    value={until ?? ""}
                    onInput={(event) => set({ until: event.currentTarget.value || undefined, count: undefined })}
                />
            </label>
            <label class="line">
                Or so many times
                <input
                    class="field short"
                    type="number"
                    min="1"
                    value={count ?? ""}
                    onInput={(event) =>
                        set({ count: event.currentTarget.valueAsNumber || undefined, until: undefined })
                    }
                />
            </label>
            <label class="line">
                <input
                    type="checkbox"
                    checked={from === "completion"}
                    onChange={(event) => set({ from: event.currentTarget.checked ? "completion" : undefined })}
                />
                Count from the day it is done
            </label>
            <div class="pills">
                <button type="submit" class="button">
                    Save
                </button>
                {todo.repeat && (
                    <button type="button" class="button plain" onClick={stop}>
                        Do not repeat
                    </button>
                )}
            </div>
        </form>
    );
}

type Weekday = (typeof WEEKDAYS)[number];

function Weekdays({ chosen, choose }: { chosen: Weekday[]; choose: (days: Weekday[]) => void }) {
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

// Without the fields that another unit had.
function fitting({ weekdays, on, ...rest }: Repeat): Repeat {
    const isWeek = rest.unit === "week";
    const isLong = rest.unit === "month" || rest.unit === "year";
    return { ...rest, ...(isWeek && weekdays?.length ? { weekdays } : {}), ...(isLong && on ? { on } : {}) };
}
