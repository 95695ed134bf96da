// Says that everything is deleted, and what still exists elsewhere. The message stays while the page signs the person
// out.
import { render } from "preact";
import { base } from "../address.ts";

export function showErased(kept: string[]): void {
    const place = document.body.appendChild(document.createElement("div"));
    render(<Erased kept={kept} />, place);
}

function Erased({ kept }: { kept: string[] }) {
    return (
        <dialog class="erased" aria-labelledby="erased" ref={openDialog} onCancel={leave}>
            <h2 id="erased">Everything is deleted</h2>
            {kept.length > 0 && (
                <>
                    <p>What still exists elsewhere:</p>
                    <ul>
                        {kept.map((text) => (
                            <li key={text}>{text}</li>
                        ))}
                    </ul>
                </>
            )}
            <button type="button" class="button" onClick={leave}>
                Done
            </button>
        </dialog>
    );
}

function openDialog(dialog: HTMLDialogElement | null): void {
    dialog?.showModal();
}

// Reloads the page, so that no data of the person is left in it.
function leave(): void {
    location.assign(`${base}/`);
}
