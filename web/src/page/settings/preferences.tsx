// The time zone, the first day of the week and the default list. The page saves each one as soon as the person has
// chosen it.
import { useSignal } from "@preact/signals";
import { WEEKDAYS } from "../../list/civil.ts";
import { showTime } from "../../list/dates.ts";
import type { UpdateSettings } from "../../list/model.ts";
import { act, lists, now, settings } from "../../list/store.ts";
import { say } from "../notice/said.tsx";
import { ZONES, zoneMeant, zoneOf } from "./zones.ts";

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
    // A typed text that is no time zone. It stays in the field, so that the person can correct it.
    const unknown = useSignal("");
    const { time_zone } = settings.value;
    const { date, time } = now.value;
    const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    // Returns the text that the field then shows.
    const choose = (typed: string) => {
        const zone = zoneMeant(typed);
        unknown.value = zone ? "" : typed.trim();
        if (zone && zone !== zoneOf(time_zone)) {
            save({ time_zone: zone }, `Time zone: ${zone}`);
        }
        return zone ?? (unknown.value || time_zone);
    };
    return (
        <div>
            <label>
                <span>Time zone</span>
                <input
                    class="field"
                    list="zones"
                    value={unknown.value || time_zone}
                    autocomplete="off"
                    spellcheck={false}
                    aria-describedby="zone-said"
                    aria-invalid={unknown.value !== ""}
                    onChange={({ currentTarget }) => {
                        currentTarget.value = choose(currentTarget.value);
                    }}
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
                {unknown.value && `“${unknown.value}” is not known. Write a large town near you, such as London.`}
            </p>
            {here !== zoneOf(time_zone) && (
                <button type="button" class="button plain" onClick={() => choose(here)}>
                    {`Use ${here}, as on this device`}
                </button>
            )}
        </div>
    );
}
