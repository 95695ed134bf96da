// The records of the store `snapshot`: the latest data from the service, for all windows and for use without a network.
// The key of a todo is its id, and all other keys begin with a dot. Each write gives the record the next stamp. So a
// window finds the records that other windows have written, and an older answer that arrives late does not replace a
// newer one.
import { fold } from "./apply.ts";
import type { Todo } from "./model.ts";
import { result } from "./transaction.ts";

export interface Kept {
    id: string;
    stamp: number;
    value?: unknown;
    gone?: number; // when a todo went from the list; then there is no value
}

export type Values = ReadonlyMap<string, unknown>;

// The record `.epoch` gets a new value when everything is wiped. A window that still has the old value then writes
// nothing. The stamp of this record is the newest one.
export const EPOCH = ".epoch";
export const OVERVIEW = ".overview";
export const CHANGES = ".changes";
export const SESSION = ".session";
export const orderName = (list: string) => `.order ${fold(list)}`;

export const isTodo = (id: string) => !id.startsWith(".");

export interface Write {
    epoch: unknown;
    since: number; // the newest stamp when the values were asked for
    now: number;
    force?: boolean; // writes what is doubtful too
}

// Writes the values. Returns the ids of doubtful records: their kept value is different and was written after `since`,
// so nobody knows which value is newer.
export async function write(snapshot: IDBObjectStore, how: Write, values: Values): Promise<string[]> {
    const head = await result<Kept | undefined>(snapshot.get(EPOCH));
    const doubtful: string[] = [];
    if (head?.value !== how.epoch) {
        return doubtful;
    }
    let stamp = head?.stamp ?? 0;
    const entries = [...values];
    const before = await Promise.all(entries.map(([id]) => result<Kept | undefined>(snapshot.get(id))));
    for (const [i, [id, value]] of entries.entries()) {
        const old = before[i];
        if (JSON.stringify(old?.value) === JSON.stringify(value)) {
            continue;
        }
        const isDoubtful = old !== undefined && old.stamp > how.since;
        if (isDoubtful) {
            doubtful.push(id);
        }
        if (!isDoubtful || how.force) {
            stamp += 1;
            snapshot.put({ id, stamp, value, gone: value === undefined ? how.now : undefined } satisfies Kept);
        }
    }
    if (stamp > (head?.stamp ?? 0)) {
        snapshot.put({ id: EPOCH, stamp, value: how.epoch } satisfies Kept);
    }
    return doubtful;
}

// The kept todos that are no longer open, if `open` has the ids of all open todos. The value undefined deletes them.
export async function absent(snapshot: IDBObjectStore, open: ReadonlySet<string>): Promise<Values> {
    const kept = await result<Kept[]>(snapshot.getAll());
    const gone = kept.filter(({ id, value }) => isTodo(id) && !open.has(id) && value && !(value as Todo).status);
    return new Map(gone.map(({ id }) => [id, undefined]));
}
