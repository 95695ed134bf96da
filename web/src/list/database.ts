// The database of the browser (IndexedDB), which all windows share.
// - `waiting`: actions that the service has not answered yet, in their order.
// - `refused`: actions that the person must decide about.
// - `snapshot`: the latest data from the service (snapshot.ts).
// - `names`: the ids that the service has given to added todos and to changes of this browser, by their local names.
import type { Problem, Refused, Todo, Waiting } from "./model.ts";
import { absent, EPOCH, isTodo, type Kept, type Values, type Write, write } from "./snapshot.ts";
import { result, type Stores, transact } from "./transaction.ts";

export interface Name {
    n?: number;
    from: string; // local id of a todo, or idempotency key
    to: string; // id of the todo or of the change; "" if there is none
    at: number;
    size?: number; // how many todos of a change this browser has got with the answer
}

export interface Contents {
    epoch: unknown;
    waiting: Waiting[];
    refused: Refused[];
    kept: Kept[];
    names: Name[];
}

const STORES = ["waiting", "refused", "snapshot", "names"];
const DAY = 24 * 3_600_000;
const MONTH = 30 * DAY;

export class Database {
    private isClosed = false;

    private constructor(private readonly db: IDBDatabase) {
        db.onversionchange = () => db.close();
    }

    static async open(indexedDB: IDBFactory, name: string): Promise<Database> {
        const request = indexedDB.open(name, 1);
        request.onupgradeneeded = () => {
            const db = request.result;
            db.createObjectStore("waiting", { keyPath: "seq", autoIncrement: true });
            db.createObjectStore("refused", { keyPath: "waiting.seq" });
            db.createObjectStore("snapshot", { keyPath: "id" }).createIndex("stamp", "stamp");
            db.createObjectStore("names", { keyPath: "n", autoIncrement: true });
        };
        return new Database(await result(request));
    }

    // Has the effect of a closed window: requests that are under way change nothing any more.
    close(): void {
        this.db.close();
        this.isClosed = true;
    }

    // Reads all waiting and refused actions, the records that are newer than this stamp, and the names after this name.
    read(stamp: number, name: number): Promise<Contents> {
        return this.transact(STORES, "readonly", async (store) => {
            const [epoch, waiting, refused, kept, names] = await Promise.all([
                result<Kept | undefined>(store("snapshot").get(EPOCH)),
                result<Waiting[]>(store("waiting").getAll()),
                result<Refused[]>(store("refused").getAll()),
                result<Kept[]>(store("snapshot").index("stamp").getAll(IDBKeyRange.lowerBound(stamp, true))),
                result<Name[]>(store("names").getAll(IDBKeyRange.lowerBound(name, true))),
            ]);
            return { epoch: epoch?.value, waiting, refused, kept, names };
        });
    }

    // Keeps an action after those of all windows. The transaction uses only the store `waiting`, so that it need not
    // wait until a large listing is written.
    async keep(action: Omit<Waiting, "seq">): Promise<void> {
        await this.transact(["waiting"], "readwrite", (store) => result(store("waiting").add(action)));
    }

    // Keeps the request of an action before it is sent.
    async keepRequest(waiting: Waiting): Promise<void> {
        await this.transact(["waiting"], "readwrite", async (store) => {
            if (await isThere(store, "waiting", waiting)) {
                store("waiting").put(waiting);
            }
        });
    }

    // Keeps data from the service. `open` has the ids of all open todos, if the caller knows them.
    merge(how: Write, values: Values, open?: ReadonlySet<string>): Promise<string[]> {
        return this.transact(["snapshot"], "readwrite", async (store) => {
            if (open) {
                await write(store("snapshot"), how, await absent(store("snapshot"), open));
            }
            return write(store("snapshot"), how, values);
        });
    }

    // Keeps the answer to an action, and removes the action from those that wait.
    settle(waiting: Waiting, how: Write, values: Values, names: Omit<Name, "at">[]): Promise<string[]> {
        return this.transact(STORES, "readwrite", async (store) => {
            if (!(await isThere(store, "waiting", waiting))) {
                return [];
            }
            store("waiting").delete(waiting.seq);
            for (const name of names) {
                store("names").add({ ...name, at: how.now } satisfies Name);
            }
            return write(store("snapshot"), { ...how, force: true }, values);
        });
    }

    refuse(waiting: Waiting, problem: Problem, current: Todo | undefined, now: number): Promise<void> {
        return this.transact(STORES, "readwrite", async (store) => {
            if (await isThere(store, "waiting", waiting)) {
                store("waiting").delete(waiting.seq);
                store("refused").put({ waiting, problem, current } satisfies Refused);
                store("names").add({ from: waiting.key, to: "", at: now } satisfies Name);
            }
        });
    }

    // The person has decided about a refused action. If there is `again`, it waits in place of the refused action. If
    // not, the refused action is forgotten.
    decide({ waiting }: Refused, again?: Omit<Waiting, "seq">): Promise<void> {
        return this.transact(["waiting", "refused"], "readwrite", async (store) => {
            if (again && (await isThere(store, "refused", waiting))) {
                store("waiting").add(again);
            }
            store("refused").delete(waiting.seq);
        });
    }

    // Deletes names and removed records that are older than a month, and todos that were completed more than a day ago.
    // A todo stays if a waiting action names it: the page must show the effect of that action, such as a reopened todo.
    tidy(epoch: unknown, now: number): Promise<void> {
        return this.transact(STORES, "readwrite", async (store) => {
            for (const { n = 0, at } of await result<Name[]>(store("names").getAll())) {
                if (at < now - MONTH) {
                    store("names").delete(n);
                }
            }
            const kept = await result<Kept[]>(store("snapshot").getAll());
            for (const { id, gone } of kept) {
                if (gone && gone < now - MONTH) {
                    store("snapshot").delete(id);
                }
            }
            const waiting = JSON.stringify(await result(store("waiting").getAll()));
            const old = kept.filter(({ id, value }) => {
                const { completed_at } = (isTodo(id) && (value as Todo | undefined)) || {};
                return completed_at && Date.parse(completed_at) < now - DAY && !waiting.includes(id);
            });
            const values = new Map(old.map(({ id }) => [id, undefined]));
            await write(store("snapshot"), { epoch, since: 0, now, force: true }, values);
        });
    }

    wipe(epoch: string): Promise<void> {
        return this.transact(STORES, "readwrite", async (store) => {
            for (const name of STORES) {
                store(name).clear();
            }
            store("snapshot").put({ id: EPOCH, stamp: 1, value: epoch } satisfies Kept);
        });
    }

    private transact<T>(names: readonly string[], mode: IDBTransactionMode, work: (store: Stores) => Promise<T>) {
        return this.isClosed ? new Promise<T>(() => {}) : transact(this.db, names, mode, work);
    }
}

async function isThere(store: Stores, name: string, { seq }: Waiting): Promise<boolean> {
    return (await result(store(name).count(seq))) > 0;
}
