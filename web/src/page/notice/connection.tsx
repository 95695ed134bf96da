// Whether what the person did has reached the service. The line lies at the edge of the window: it comes and goes by
// itself, and the rows must not move away under a finger.
import { online, waiting } from "../../list/store.ts";
import { count } from "../words.ts";
import "./connection.css";

export function Connection() {
    const number = waiting.value.length;
    const text = number ? `${count(number, "change waits", "changes wait")} to be sent.` : "What you do is sent later.";
    return (
        <div role="status" class={online.value ? undefined : "offline"}>
            {!online.value && `No connection. ${text}`}
        </div>
    );
}
