// The records of the store `snapshot`: what the service said last, for all windows and for reading without a network.
// Todos have their ids, other things a name with a dot. Each write gives a record the next stamp. So a window finds what
// other windows have written, and an answer that was under way while a newer one was written does not replace it.
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

// The record `.epoch` has a new value when everything is wiped: a window that has read before does not write afterwards.
// Its stamp is the newest.
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

// Gives the ids of the records that are different, and were written after `since`: nobody knows which is newer.
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

// The todos that are no longer open, if these are.
export async function absent(snapshot: IDBObjectStore, open: ReadonlySet<string>): Promise<Values> {
    const kept = await result<Kept[]>(snapshot.getAll());
    const gone = kept.filter(({ id, value }) => isTodo(id) && !open.has(id) && value && !(value as Todo).status);
    return new Map(gone.map(({ id }) => [id, undefined]));
}
