// Shown in place of a part that is not loaded yet.
import { useEffect } from "preact/hooks";
import { loadIfOld } from "../updates.ts";
import { isPartMissing } from "./parts.ts";

export function Coming() {
    return isPartMissing.value ? <Missing /> : <p class="empty">Loading …</p>;
}

export function Missing() {
    useEffect(() => void loadIfOld(), []);
    return (
        <p class="empty" role="status">
            This needs a connection.{" "}
            <button type="button" class="link" onClick={() => location.reload()}>
                Load again
            </button>
        </p>
    );
}
