// The changes that the person made in this window, to undo and redo them.
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Name } from "./database.ts";
import type { Restored } from "./model.ts";

export interface Own {
    key: string; // the idempotency key of the action
    restore: Restored[]; // what an undo does to the todos
}

export class OwnChanges {
    private readonly done = signal<Own[]>([]);
    private readonly undone = signal<Own[]>([]);
    readonly canUndo = computed(() => this.done.value.some(this.isDone));
    readonly canRedo = computed(() => this.undone.value.some(this.isDone));

    constructor(private readonly names: ReadonlySignal<ReadonlyMap<string, Name>>) {}

    // False if the service has refused the change, or had nothing to change.
    private readonly isDone = ({ key }: Own) => this.names.value.get(key)?.to !== "";

    did(own: Own): void {
        this.done.value = [...this.done.value, own];
        this.undone.value = [];
    }

    byId(changeId: string): Own | undefined {
        return this.done.value.find(({ key }) => this.names.value.get(key)?.to === changeId);
    }

    // `act` undoes a change. This undo is a change too, which `redo` can undo. `undo` and `redo` return the ids of the
    // todos that they change.
    undo(act: (own: Own) => Promise<Own>): Promise<string[]> {
        return move(this.take(this.done), this.undone, act);
    }

    redo(act: (own: Own) => Promise<Own>): Promise<string[]> {
        return move(this.take(this.undone), this.done, act);
    }

    clear(): void {
        this.done.value = [];
        this.undone.value = [];
    }

    private take(from: { value: Own[] }): Own | undefined {
        const left = from.value.filter(this.isDone);
        const own = left.pop();
        from.value = left;
        return own;
    }
}

async function move(own: Own | undefined, to: { value: Own[] }, act: (own: Own) => Promise<Own>): Promise<string[]> {
    if (!own) {
        return [];
    }
    const back = await act(own);
    to.value = [...to.value, back];
    return back.restore.map(({ id }) => id);
}
