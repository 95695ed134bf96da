// Installs the service worker, and loads the page again when a newer release has taken over. Nothing is lost: waiting
// actions are in IndexedDB, and the page does not load again while the person types.
import { base } from "./address.ts";

const HOUR = 3_600_000;

// The page may make the address of a script only here (Trusted Types), because only this address is allowed.
function address(): string {
    const path = `${base}/sw.js`;
    const policy = window.trustedTypes?.createPolicy("worker", { createScriptURL: (_) => path });
    return (policy?.createScriptURL("") ?? path) as string;
}

export async function installWorker(): Promise<void> {
    const container = navigator.serviceWorker;
    if (!container) return;
    // The first worker of a browser also sends this event. Then the page is as new as the worker, and need not load
    // again.
    let wasControlled = container.controller !== null;
    container.addEventListener("controllerchange", () => {
        if (wasControlled) void whenNobodyTypes().then(() => location.reload());
        wasControlled = true;
    });
    const registration = await container.register(address()).catch(() => undefined);
    if (!registration) return; // The browser allows no worker here. The page works without it.
    let asked = Date.now();
    document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible" && Date.now() - asked > HOUR) {
            asked = Date.now();
            void registration.update().catch(() => undefined);
        }
    });
}

async function whenNobodyTypes(): Promise<void> {
    while (document.activeElement?.matches("input, textarea, select")) {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
}

// Called when a file of this page is missing. If the service has a newer page, loads the page again.
export async function loadIfOld(): Promise<void> {
    const page = await fetch(`${base}/`, { cache: "no-store" }).then(
        (answer) => answer.text(),
        () => "",
    );
    const script = /<script type="module" src="([^"]+)"/.exec(page)?.[1];
    if (script && script !== new URL(import.meta.url).pathname) {
        await lookForUpdate().catch(() => undefined);
        await whenNobodyTypes();
        location.reload();
    }
}

// Looks for a newer service worker, which then loads the newer page.
export async function lookForUpdate(): Promise<void> {
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.update();
}
