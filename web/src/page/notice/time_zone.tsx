// On the first visit, asks whether the time zone of the browser is that of the person.
import { signal } from "@preact/signals";
import { act, now } from "../../list/store.ts";
import { href } from "../address.ts";
import { say } from "./said.tsx";

const KEY = "time-zone-asked";
const asked = signal(localStorage.getItem(KEY) !== null);

export function TimeZone() {
    const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!now.value.time_zone_not_set || asked.value || !time_zone) {
        return null;
    }
    const done = () => {
        localStorage.setItem(KEY, "yes");
        asked.value = true;
    };
    const use = () => {
        done();
        void act({ kind: "settings", update: { time_zone } });
        say(`Your time zone is ${time_zone}.`);
    };
    return (
        <div class="notice">
            <p>
                Is your time zone <b>{time_zone.replaceAll("_", " ")}</b>? It decides when a todo is due.
            </p>
            <button type="button" class="link" onClick={use}>
                Yes, use it
            </button>
            <a class="link" href={href({ view: "settings" })} onClick={done}>
                Another
            </a>
        </div>
    );
}
