import { useSignal } from "@preact/signals";
import { base } from "../address.ts";
import { count } from "../words.ts";
import { reason } from "./ask.ts";
import { download, FORMATS, type Format } from "./download.ts";

export function Export() {
    const busy = useSignal<Format | undefined>(undefined);
    const said = useSignal("");
    const failed = useSignal(false);
    const run = async (format: Format) => {
        if (busy.value) {
            return;
        }
        busy.value = format;
        said.value = "Preparing the file…";
        failed.value = false;
        try {
            const files = await download(format, base);
            said.value = `Downloaded ${count(files, "file")}.`;
        } catch (error) {
            failed.value = true;
            said.value = reason(error);
        }
        busy.value = undefined;
    };
    return (
        <>
            <p>Your todos as a file on this device. What is it for?</p>
            <ul class="setting-formats">
                {FORMATS.map(([format, name, note]) => (
                    <li key={format}>
                        <button
                            type="button"
                            class="button plain"
                            aria-describedby={`export-${format}`}
                            aria-disabled={busy.value !== undefined}
                            onClick={() => void run(format)}
                        >
                            {name}
                        </button>
                        <span id={`export-${format}`} class="setting-note">
                            {note}
                        </span>
                    </li>
                ))}
            </ul>
            <p role="status" class={failed.value ? "setting-problem" : "setting-note"}>
                {said.value}
            </p>
        </>
    );
}
