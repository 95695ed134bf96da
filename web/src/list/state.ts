// The state of this window: a copy of the database of the browser, as signals.
import { batch, computed, signal } from "@preact/signals";
import { apply, clean, localName, resolve } from "./apply.ts";
import type { Database, Name } from "./database.ts";
import type { Change, Overview, Refused, Session, Todo, Waiting } from "./model.ts";
import { CHANGES, EPOCH, isTodo, type Kept, OVERVIEW, orderName, SESSION, type Write } from "./snapshot.ts";
import { set } from "./steady.ts";

export class State {
    readonly session = signal<Session | undefined>(undefined);
    isAsked = false; // whether the service has said in this visit who is signed in; until then, nothing is sent
    readonly online = signal(true);
    readonly loaded = signal(false);
    readonly waiting = signal<Waiting[]>([]);
    readonly refused = signal<Refused[]>([]);
    // The names by local id or idempotency key.
    readonly names = signal<ReadonlyMap<string, Name>>(new Map());
    // Local ids of added todos, by their ids.
    readonly localIds = new Map<string, string>();
    // Todos that are not in the list, such as those of a search, so that an action on them shows at once.
    readonly known = new Map<string, Todo>();

    private readonly kept = signal<ReadonlyMap<string, unknown>>(new Map());
    private readonly server = signal<ReadonlyMap<string, Todo>>(new Map());
    private opened: Database | undefined;
    private unkept: Waiting[] = [];
    private isOpen = false; // then this visit has begun
    private epoch: unknown;
    private stamp = 0;
    private lastName = 0;
    private reading: Promise<void> = Promise.resolve();

    readonly todos = computed(() => this.applied(this.server.value));
    readonly overview = computed(() => this.kept.value.get(OVERVIEW) as Overview | undefined);
    readonly changes = computed(() => (this.kept.value.get(CHANGES) as Change[] | undefined) ?? []);
    // The changes that this browser has made: the number of todos in the answer, by the id of the change.
    readonly own = computed(() => new Map([...this.names.value.values()].map(({ to, size }) => [to, size ?? 0])));

    constructor(
        private readonly now: () => number,
        private readonly onWiped: () => void,
    ) {}

    get database(): Database {
        if (!this.opened) {
            throw new Error("The store is not started.");
        }
        return this.opened;
    }

    async open(database: Database): Promise<void> {
        this.opened = database;
        await this.refresh();
        this.isOpen = true;
        await database.tidy(this.epoch, this.now());
        await this.refresh();
        this.loaded.value = this.overview.value !== undefined;
    }

    value(name: string): unknown {
        return this.kept.value.get(name);
    }

    // The ids of the todos of a list, in the latest order from the service.
    order(list: string): string[] | undefined {
        return this.value(orderName(list)) as string[] | undefined;
    }

    // The todos after the waiting actions.
    applied(todos: ReadonlyMap<string, Todo>): ReadonlyMap<string, Todo> {
        return apply(todos, this.waiting.value, this.known);
    }

    // The todo in the form of the list. Undefined for a todo that is not in the list: it is deleted, or was completed
    // before this visit.
    shown(todo: Todo | undefined): Todo | undefined {
        const after = todo && clean(todo);
        const isGone = after?.status === "deleted" || (after?.status && !this.server.value.has(after.id));
        return isGone ? undefined : after;
    }

    // Keeps for all windows who is signed in.
    async keepSession(session: Session): Promise<void> {
        this.session.value = session;
        const always = { ...this.asking(), since: Number.POSITIVE_INFINITY };
        await this.database.merge(always, new Map([[SESSION, session]]));
        await this.refresh();
    }

    // The parameters with which the answer to a request of this moment must be written.
    asking(): Write {
        return { epoch: this.epoch, since: this.stamp, now: this.now() };
    }

    // Shows an action at once, and keeps it.
    async keep(action: Omit<Waiting, "seq">): Promise<void> {
        const waiting = { ...action, seq: Number.POSITIVE_INFINITY };
        this.unkept.push(waiting);
        this.waiting.value = [...this.waiting.value, waiting];
        try {
            await this.database.keep(action);
        } finally {
            this.unkept = this.unkept.filter((other) => other !== waiting);
            await this.refresh();
        }
    }

    async wipe(): Promise<void> {
        await this.database.wipe(localName("key"));
        await this.refresh();
    }

    // Reads the records that this or another window has written. Only one reading runs at a time, so that an older one
    // cannot end last.
    refresh(): Promise<void> {
        this.reading = this.reading.catch(() => {}).then(() => this.read());
        return this.reading;
    }

    private async read(): Promise<void> {
        let contents = await this.database.read(this.stamp, this.lastName);
        const isWiped = contents.epoch !== this.epoch;
        if (isWiped) {
            contents = await this.database.read(0, 0);
        }
        const { kept, names, waiting, refused } = contents;
        batch(() => {
            if (isWiped) {
                this.forget();
            }
            this.takeNames(names);
            this.take(kept);
            const keys = new Set(waiting.map(({ key }) => key));
            const all = [...waiting, ...this.unkept.filter(({ key }) => !keys.has(key))];
            set(
                this.waiting,
                all.map((one) => this.resolved(one)),
            );
            set(
                this.refused,
                refused.map((one) => ({ ...one, waiting: this.resolved(one.waiting) })),
            );
        });
        if (isWiped && this.loaded.value) {
            this.loaded.value = false;
            this.onWiped();
        }
    }

    private resolved(waiting: Waiting): Waiting {
        return { ...waiting, action: resolve(waiting.action, this.names.value) };
    }

    private take(kept: Kept[]): void {
        if (!kept.length) {
            return;
        }
        const [all, todos] = [new Map(this.kept.value), new Map(this.server.value)];
        for (const { id, stamp, value } of kept) {
            this.stamp = Math.max(this.stamp, stamp);
            this.epoch = id === EPOCH ? value : this.epoch;
            const isOld = !this.isOpen && isTodo(id) && (value as Todo | undefined)?.status;
            const place: Map<string, unknown> = isOld ? this.known : isTodo(id) ? todos : all;
            this.known.delete(id);
            value === undefined ? place.delete(id) : place.set(id, value);
        }
        this.kept.value = all;
        this.server.value = todos;
        // At the start of the page, a kept session that is not signed in does not count: the service must say so.
        const session = all.get(SESSION) as Session | undefined;
        if (session && (session.signed_in || this.session.value)) {
            this.session.value = session;
        }
    }

    private takeNames(names: Name[]): void {
        if (!names.length) {
            return;
        }
        for (const { from, to, n = 0 } of names) {
            this.lastName = Math.max(this.lastName, n);
            this.localIds.set(to, from);
        }
        this.names.value = new Map([...this.names.value, ...names.map((name) => [name.from, name] as const)]);
    }

    // Called after everything was wiped, because another person may be signed in.
    private forget(): void {
        this.epoch = undefined;
        this.stamp = 0;
        this.lastName = 0;
        this.known.clear();
        this.localIds.clear();
        this.kept.value = new Map();
        this.server.value = new Map();
        this.names.value = new Map();
    }
}
