// Whether what the person did has reached the service.
import { online, waiting } from "../../list/store.ts";
import { count } from "../words.ts";

export function Connection() {
    const number = waiting.value.length;
    const text = number
        ? `No connection. ${count(number, "change waits", "changes wait")} and will be sent.`
        : "No connection. What you do is kept and sent later.";
    return (
        <div role="status">
            {!online.value && (
                <div class="notice warn">
                    <p>{text}</p>
                </div>
            )}
        </div>
    );
}
