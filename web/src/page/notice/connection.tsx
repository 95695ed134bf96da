// A line that says whether the actions of the person have reached the service. The line lies at the edge of the window,
// because it comes and goes by itself and must not move the rows under a finger.
import { online, waiting } from "../../list/store.ts";
import { count } from "../words.ts";

export function Connection() {
    const number = waiting.value.length;
    const text = number ? `${count(number, "change waits", "changes wait")} to be sent.` : "What you do is sent later.";
    return (
        <div role="status" class={online.value ? undefined : "offline"}>
            {!online.value && `No connection. ${text}`}
        </div>
    );
}
