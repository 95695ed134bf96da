// The repetition of a todo. The first buttons save at once. The form has its own button, which saves all its fields.
import { useSignal } from "@preact/signals";
import type { Repeat } from "../../list/model.ts";
import { change } from "../doing.ts";
import type { FieldProps } from "./pills.tsx";
import { Weekdays } from "./weekdays.tsx";

const UNITS = ["day", "week", "month", "year"] as const;
const NAMES = { day: "Daily", week: "Weekly", month: "Monthly", year: "Yearly" };

export function RepeatField({ todo, done }: FieldProps) {
    const { repeat } = todo;
    const plain = repeat && Object.keys(repeat).length === 1 ? repeat.unit : undefined;
    const isMore = useSignal(Boolean(repeat && !plain));
    const save = (next: Repeat) => {
        change(todo, { repeat: next }, "Repetition changed");
        done();
    };
    const stop = () => {
        change(todo, { clear: ["repeat"] }, "Does not repeat any more");
        done();
    };
    return (
        <>
            <div class="pills">
                {UNITS.map((unit) => (
                    <button
                        key={unit}
                        type="button"
                        class="pill"
                        aria-pressed={unit === plain}
                        onClick={() => save({ unit })}
                    >
                        {NAMES[unit]}
                    </button>
                ))}
                {repeat && (
                    <button type="button" class="pill" onClick={stop}>
                        Do not repeat
                    </button>
                )}
                <button
                    type="button"
                    class="pill"
                    aria-expanded={isMore.value}
                    onClick={() => {
                        isMore.value = !isMore.value;
                    }}
                >
                    More…
                </button>
            </div>
            {isMore.value && <Form repeat={repeat ?? { unit: "week" }} save={save} />}
        </>
    );
}

function Form({ repeat, save }: { repeat: Repeat; save: (repeat: Repeat) => void }) {
    const draft = useSignal(repeat);
    const set = (fields: Partial<Repeat>) => {
        draft.value = { ...draft.value, ...fields };
    };
    const submit = (event: Event) => {
        event.preventDefault();
        save(fitting(draft.value));
    };
    return (
        <form class="repeat-form" onSubmit={submit}>
            <Rhythm repeat={draft.value} set={set} />
            <End repeat={draft.value} set={set} />
            <label class="line">
                <input
                    type="checkbox"
                    checked={draft.value.from === "completion"}
                    onChange={(event) => set({ from: event.currentTarget.checked ? "completion" : undefined })}
                />
                Count from the day it is done
            </label>
            <div class="pills">
                <button type="submit" class="button">
                    Save
                </button>
            </div>
        </form>
    );
}

interface PartProps {
    repeat: Repeat;
    set: (fields: Partial<Repeat>) => void;
}

function Rhythm({ repeat, set }: PartProps) {
    const { unit, every, weekdays, on } = repeat;
    return (
        <>
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
                    Only on, if not the same day
                    <input
                        class="field grow"
                        placeholder="last day or first mon"
                        value={on ?? ""}
                        onInput={(event) => set({ on: event.currentTarget.value || undefined })}
                    />
                </label>
            )}
        </>
    );
}

function End({ repeat, set }: PartProps) {
    const { until, count } = repeat;
    return (
        <>
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
        </>
    );
}

// Leaves out the fields that do not fit the unit.
function fitting({ weekdays, on, ...rest }: Repeat): Repeat {
    const isWeek = rest.unit === "week";
    const isLong = rest.unit === "month" || rest.unit === "year";
    return { ...rest, ...(isWeek && weekdays?.length ? { weekdays } : {}), ...(isLong && on ? { on } : {}) };
}
