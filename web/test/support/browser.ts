// A browser with windows that share IndexedDB, locks and channels. Time passes quickly.
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { createListStore, type ListStore } from "../../src/list/list_store.ts";
import type { Fetch } from "../../src/list/request.ts";

const FASTER = 200;

interface Channel {
    onmessage: ((event: MessageEvent) => void) | null;
    postMessage(message: unknown): void;
    close(): void;
}

export interface BrowserWindow extends ListStore {
    show(isVisible: boolean): void;
    tell(event: "visible" | "online" | "offline"): void;
    end(): void; // closes the window, with all that is under way
}

export class Browser {
    private readonly begun = Date.now();
    private readonly indexedDB = new IDBFactory();
    private readonly channels = new Set<Channel>();
    private readonly windows = new Set<BrowserWindow>();
    private line: Promise<unknown> = Promise.resolve();

    // `fetch` is the network as this window sees it.
    async window(fetch: Fetch, isVisible = true): Promise<BrowserWindow> {
        const end = new AbortController();
        const ended = new Promise<never>((_, reject) => {
            end.signal.addEventListener("abort", () => reject(new Error("the window is closed")));
        });
        ended.catch(() => {});
        let isShown = isVisible;
        let tell: BrowserWindow["tell"] = () => {};
        const store = createListStore({
            base: "",
            name: "todo-action",
            // When the window is closed, its requests end too.
            fetch: (address, { signal, ...init }) => {
                const signals = signal ? [signal, end.signal] : [end.signal];
                return Promise.race([fetch(address, { ...init, signal: AbortSignal.any(signals) }), ended]);
            },
            indexedDB: () => this.indexedDB,
            inLock: (work) => this.inLock(work, ended),
            channel: () => this.channel(),
            clock: {
                now: () => this.begun + (Date.now() - this.begun) * FASTER,
                after: (milliseconds, what) => {
                    setTimeout(() => end.signal.aborted || what(), milliseconds / FASTER).unref();
                },
            },
            isVisible: () => isShown,
            listen: (listener) => {
                tell = listener;
            },
        });
        const window: BrowserWindow = {
            ...store,
            show: (visible) => {
                isShown = visible;
                if (visible) {
                    tell("visible");
                }
            },
            tell: (event) => tell(event),
            end: () => {
                end.abort();
                store.close();
                this.windows.delete(window);
            },
        };
        this.windows.add(window);
        await store.start();
        return window;
    }

    end(): void {
        for (const window of this.windows) {
            window.end();
        }
    }

    // Works like navigator.locks: when a window is closed, its lock is free again.
    private async inLock(work: () => Promise<void>, ended: Promise<never>): Promise<void> {
        const before = this.line;
        const mine = before.then(() => Promise.race([work(), ended]));
        this.line = mine.catch(() => {});
        await mine.catch(() => {});
    }

    private channel(): Channel {
        const channel: Channel = {
            onmessage: null,
            postMessage: (data) => {
                for (const other of this.channels) {
                    if (other !== channel) {
                        setTimeout(() => other.onmessage?.({ data } as MessageEvent), 0);
                    }
                }
            },
            close: () => {
                channel.onmessage = null;
                this.channels.delete(channel);
            },
        };
        this.channels.add(channel);
        return channel;
    }
}

export const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Waits until `isSo` returns true.
export async function until(what: string, isSo: () => boolean, patience = 10_000): Promise<void> {
    const end = Date.now() + patience;
    while (!isSo()) {
        if (Date.now() > end) {
            throw new Error(`not so after ${patience} ms: ${what}`);
        }
        await sleep(2);
    }
}
