import { effect } from "@preact/signals";
import { render } from "preact";
import { loaded, session, start } from "../list/store.ts";
import { App } from "./app.tsx";
import { listenToKeys } from "./keys/keys.ts";
import { bring } from "./parts/parts.ts";
import { installWorker } from "./updates.ts";

listenToKeys();
render(<App />, document.body);
void start();

// The first view needs few bytes. After the first view, the page loads its other parts as soon as the person does
// something, or stays for this time. Then it installs the service worker, which keeps all files.
const STAYS = 10_000;
const DOES = ["pointermove", "pointerdown", "keydown", "dragenter", "focusin"] as const;
const end = effect(() => {
    if (loaded.value || session.value?.signed_in === false) {
        queueMicrotask(() => end());
        const timer = setTimeout(rest, STAYS);
        for (const name of DOES) addEventListener(name, rest, { passive: true });
        function rest() {
            clearTimeout(timer);
            for (const name of DOES) removeEventListener(name, rest);
            (window.requestIdleCallback ?? setTimeout)(() => void bringRest());
        }
    }
});

async function bringRest(): Promise<void> {
    await bring("more");
    await bring("own");
    await installWorker();
}
