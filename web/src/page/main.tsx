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

// The rest of the page comes when the first view is there, and then the worker that keeps it all.
const end = effect(() => {
    if (loaded.value || session.value?.signed_in === false) {
        queueMicrotask(() => end());
        (window.requestIdleCallback ?? setTimeout)(() => void bringRest());
    }
});

async function bringRest(): Promise<void> {
    await bring("more");
    await bring("own");
    await installWorker();
}
