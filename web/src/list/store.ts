// The state of the list for the page. Components read the signals and call the functions.
import { createListStore } from "./list_store.ts";

const base = globalThis.document?.documentElement.dataset.base ?? "";
const NAME = `todo-action${base}`;

// Without HTTPS, a browser has no locks, so two windows may send the same request. The service recognises the second
// one.
async function inLock(work: () => Promise<void>): Promise<void> {
    await (navigator.locks ? navigator.locks.request(NAME, work) : work());
}

export const {
    session,
    now,
    settings,
    todos,
    lists,
    tags,
    orderOf,
    changes,
    lastChange,
    programChanges,
    waiting,
    refused,
    online,
    loaded,
    canUndo,
    canRedo,
    act,
    toggle,
    edit,
    editMany,
    remove,
    add,
    undo,
    undoLast,
    redo,
    retry,
    discard,
    keepMine,
    keyOf,
    idOf,
    find,
    history,
    full,
    start,
    signOut,
    signInWithKey,
} = createListStore({
    base,
    fetch: (address, init) => fetch(address, init),
    name: NAME,
    indexedDB: () => indexedDB,
    inLock,
    channel: () => new BroadcastChannel(NAME),
    clock: { now: () => Date.now(), after: (milliseconds, what) => void setTimeout(what, milliseconds) },
    isVisible: () => document.visibilityState === "visible",
    listen: (tell) => {
        document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tell("visible"));
        addEventListener("online", () => tell("online"));
        addEventListener("offline", () => tell("offline"));
    },
});
