// The time zone, the first day of the week and the default list. Each is saved as soon as it is chosen.
import { useSignal } from "@preact/signals";
import { WEEKDAYS } from "../../list/civil.ts";
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
    const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    const choose = (typed: string) => {
        const zone = zoneOf(typed);
        problem.value = zone || !typed.trim() ? "" : `There is no time zone “${typed.trim()}”.`;
        if (zone && zone !== time_zone) {
            save({ time_zone: zone }, `Time zone: ${zone}`);
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
            <p id="zone-said" class={problem.value ? "setting-problem" : "setting-note"} role="status">
                {problem.value || `Due times are on this clock. It is ${now.value.time} there.`}
            </p>
            {here !== time_zone && (
                <button type="button" class="button plain" onClick={() => choose(here)}>
                    {`Use ${here}, as this device`}
                </button>
            )}
        </div>
    );
}

// The name as the service knows it. Undefined if there is no such zone.
function zoneOf(typed: string): string | undefined {
    const name = typed.trim();
    const known = ZONES.find((zone) => zone.toLowerCase() === name.toLowerCase());
    try {
        // Also names that are not in the list, such as old ones.
        return known ?? new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
    } catch {
        return undefined;
    }
}
