// The time zone, the first day of the week and the default list. Each is saved as soon as it is chosen.
import { useSignal } from "@preact/signals";
import { WEEKDAYS } from "../../list/civil.ts";
import { showTime } from "../../list/dates.ts";
import type { UpdateSettings } from "../../list/model.ts";
import { act, lists, now, settings } from "../../list/store.ts";
import { say } from "../notice/said.tsx";

const ZONES = Intl.supportedValuesOf("timeZone");
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long", timeZone: "UTC" });
// 1 January 2024 was a Monday.
const weekdayName = (index: number) => weekday.format(Date.UTC(2024, 0, 1 + index));

function save(update: UpdateSettings, said: string): void {
    void act({ kind: "settings", update });
    say(said);
}

export function Preferences() {
    const { week_start, default_list } = settings.value;
    const known = lists.value.includes(default_list) ? lists.value : [default_list, ...lists.value];
    return (
        <div class="setting-fields">
            <TimeZone />
            <label>
                <span>First day of the week</span>
                <select
                    class="field"
                    value={week_start}
                    onChange={({ currentTarget: { selectedIndex } }) => {
                        const first = WEEKDAYS[selectedIndex] ?? "mon";
                        save({ week_start: first }, `Weeks begin on ${weekdayName(selectedIndex)}.`);
                    }}
                >
                    {WEEKDAYS.map((day, index) => (
                        <option key={day} value={day}>
                            {weekdayName(index)}
                        </option>
                    ))}
                </select>
            </label>
            <label>
                <span>List for new todos</span>
                <select
                    class="field"
                    value={default_list}
                    onChange={({ currentTarget: { value } }) =>
                        save({ default_list: value }, `New todos without a list go to ${value}.`)
                    }
                >
                    {known.map((list) => (
                        <option key={list} value={list}>
                            {list}
                        </option>
                    ))}
                </select>
            </label>
        </div>
    );
}

function TimeZone() {
    const problem = useSignal("");
    const { time_zone } = settings.value;
    const { date, time } = now.value;
    const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    const choose = (typed: string) => {
        const name = typed.trim();
        const zone = zoneOf(name);
        problem.value = zone || !name ? "" : `There is no time zone “${name}”.`;
        if (zone && zone !== zoneOf(time_zone)) {
            save({ time_zone: name }, `Time zone: ${name}`);
        }
    };
    return (
        <div>
            <label>
                <span>Time zone</span>
                <input
                    class="field"
                    list="zones"
                    value={time_zone}
                    autocomplete="off"
                    spellcheck={false}
                    aria-describedby="zone-said"
                    aria-invalid={problem.value !== ""}
                    onChange={({ currentTarget }) => choose(currentTarget.value)}
                />
            </label>
            <datalist id="zones">
                {ZONES.map((zone) => (
                    <option key={zone} value={zone} />
                ))}
            </datalist>
            <p id="zone-said" class="setting-note">
                {`Todos are due by the clock of this place. It is ${showTime(`${date}T${time}`)} there now.`}
            </p>
            <p class="setting-problem" role="alert">
                {problem.value}
            </p>
            {here !== zoneOf(time_zone) && (
                <button type="button" class="button plain" onClick={() => choose(here)}>
                    {`Use ${here}, as on this device`}
                </button>
            )}
        </div>
    );
}

// The zone of a name, as the browser writes it: old and new names of a zone are one. Undefined if there is no such zone.
function zoneOf(name: string): string | undefined {
    try {
        // An offset such as +05:30 is no zone of a person.
        return /^[a-z]/i.test(name)
            ? new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone
            : undefined;
    } catch {
        return undefined;
    }
}
