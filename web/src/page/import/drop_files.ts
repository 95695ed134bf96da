// Imports files that a person drops anywhere on the page.
import { session } from "../../list/store.ts";
import { openFiles } from "./chooser.tsx";

let sign: HTMLElement | undefined;

function hasFiles(event: DragEvent): boolean {
    const isIn = session.value?.signed_in !== false && !document.querySelector("dialog[open]");
    return isIn && Boolean(event.dataTransfer?.types.includes("Files"));
}

function end(): void {
    sign?.remove();
    sign = undefined;
}

export function listenToDrops(): void {
    addEventListener("dragover", (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        if (!sign) {
            sign = document.createElement("p");
            sign.className = "drop-files";
            sign.textContent = "Drop the file, to see what would come into your list";
            document.body.append(sign);
        }
    });
    addEventListener("dragleave", (event) => {
        if (!event.relatedTarget) end();
    });
    addEventListener("drop", (event) => {
        end();
        if (!hasFiles(event)) return;
        event.preventDefault();
        openFiles([...(event.dataTransfer?.files ?? [])]);
    });
}
