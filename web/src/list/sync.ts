// Reads from the service: everything at first, and then what has changed.
import { clean } from "./apply.ts";
import type { Change, ChangesPage, Overview, Todo, TodosPage } from "./model.ts";
import { type Api, ApiProblem, withQuery } from "./request.ts";
import { CHANGES, OVERVIEW, orderName, type Values } from "./snapshot.ts";
import type { State } from "./state.ts";

// If more todos than this have changed, the page reads all todos as pages of a listing.
const SINGLY = 10;
const PAGE = "100";

export class Sync {
    // The lists whose order is visible in this window.
    readonly watched = new Set<string>();
    private etag: string | undefined;
    private newest: string | undefined; // change; "" if there is none
    private loading: Promise<void> = Promise.resolve();
    private looking = false;

    constructor(
        private readonly api: Api,
        private readonly state: State,
        private readonly tell: () => Promise<void>, // this and the other windows
    ) {}

    // Forgets which changes were already read.
    reset(): void {
        this.etag = undefined;
        this.newest = undefined;
    }

    // Reads all todos, lists and changes again. Todos of `except` are not removed if the listing lacks them. A second
    // reading starts only after the first, because the reason for it may be newer.
    everything(except: string[] = []): Promise<void> {
        this.loading = this.loading.catch(() => {}).then(() => this.load(except));
        return this.loading;
    }

    private async load(except: string[]): Promise<void> {
        const asking = this.state.asking();
        const [{ body, headers }, overview] = await Promise.all([
            this.get(CHANGES_PATH),
            this.get("/overview"),
            this.orders(),
        ]);
        const { changes } = body as ChangesPage;
        const open = new Set(except);
        const doubtful: string[] = [];
        let cursor: string | undefined;
        let first: Values = new Map<string, unknown>([
            [OVERVIEW, overview.body as Overview],
            [CHANGES, changes],
        ]);
        do {
            const page = (await this.get(withQuery("/todos", { limit: PAGE, cursor }))).body as TodosPage;
            for (const todo of page.todos) {
                todo.omitted ? doubtful.push(todo.id) : open.add(todo.id);
            }
            const todos = page.todos.filter(({ omitted }) => !omitted).map((todo) => [todo.id, clean(todo)] as const);
            doubtful.push(...(await this.state.database.merge(asking, new Map([...first, ...todos]))));
            await this.tell();
            this.state.loaded.value = true;
            first = new Map();
            cursor = page.next_cursor;
        } while (cursor);
        await this.state.database.merge(asking, first, new Set([...open, ...doubtful]));
        await this.tell();
        this.etag = headers.get("ETag") ?? undefined;
        this.newest = changes[0]?.id ?? "";
        await this.again(doubtful);
    }

    // Asks the service whether something has changed. While the outcome of an action is unknown, it does not ask: the
    // change of that action would look like a change of somebody else.
    async look(): Promise<void> {
        if (this.looking || this.isUnsure()) {
            return;
        }
        this.looking = true;
        try {
            const headers = this.etag ? { "If-None-Match": this.etag } : undefined;
            const answer = await this.get(CHANGES_PATH, headers);
            if (answer.status !== 304 && !this.isUnsure()) {
                await this.follow((answer.body as ChangesPage).changes);
                this.etag = answer.headers.get("ETag") ?? undefined;
            }
        } finally {
            this.looking = false;
        }
    }

    private isUnsure(): boolean {
        return this.state.waiting.value.some(({ request }) => request);
    }

    private async follow(changes: Change[]): Promise<void> {
        const index = changes.findIndex(({ id }) => id === this.newest);
        const isGap = this.newest === undefined || (index < 0 && (this.newest !== "" || changes.length >= LOOK));
        const fresh = (index < 0 ? changes : changes.slice(0, index)).filter((change) => !this.isCovered(change));
        const ids = new Set(fresh.flatMap(({ todos }) => todos?.map(({ id }) => id) ?? []));
        if (isGap || ids.size > SINGLY || fresh.some(({ lists, more_todos }) => lists || more_todos)) {
            return this.everything();
        }
        const values = new Map<string, unknown>([[CHANGES, changes]]);
        const asking = this.state.asking();
        if (fresh.some(({ settings }) => settings)) {
            values.set(OVERVIEW, (await this.get("/overview")).body);
        }
        if (fresh.length) {
            await this.orders();
        }
        await this.state.database.merge(asking, values);
        await this.tell();
        await this.again([...ids]);
        this.newest = changes[0]?.id ?? "";
    }

    // Whether this browser has made the change, and its answer contained all todos of the change.
    private isCovered({ id, todos = [], more_todos = 0 }: Change): boolean {
        const size = this.state.own.value.get(id);
        return size !== undefined && size >= todos.length + more_todos;
    }

    // Reads these todos again, until no other window has written them during the reading.
    async again(ids: string[]): Promise<void> {
        let rest = ids.filter((id) => !id.startsWith("."));
        while (rest.length) {
            if (rest.length > SINGLY) {
                return this.everything();
            }
            const asking = this.state.asking();
            const todos = await Promise.all(
                rest.map(async (id) => [id, this.state.shown(await this.todo(id))] as const),
            );
            rest = await this.state.database.merge(asking, new Map(todos));
            await this.tell();
        }
    }

    async todo(id: string): Promise<Todo | undefined> {
        try {
            return ((await this.get(`/todos/${encodeURIComponent(id)}`)).body as { todo: Todo }).todo;
        } catch (error) {
            if (error instanceof ApiProblem && error.problem.status === 404) {
                return undefined;
            }
            throw error;
        }
    }

    async overview(): Promise<void> {
        const asking = this.state.asking();
        await this.state.database.merge(asking, new Map([[OVERVIEW, (await this.get("/overview")).body]]));
        await this.tell();
    }

    // Reads the orders of these lists: without `lists`, of those that are visible.
    async orders(lists: Iterable<string> = this.watched): Promise<void> {
        const asking = this.state.asking();
        const orders = [...lists].map(async (list) => {
            const page = (await this.get(withQuery("/todos", { list, sort: "list", limit: PAGE }))).body as TodosPage;
            return [orderName(list), page.todos.map(({ id }) => id)] as const;
        });
        if (orders.length) {
            await this.state.database.merge(asking, new Map(await Promise.all(orders)));
            await this.tell();
        }
    }

    private get(path: string, headers?: Record<string, string>) {
        return this.api({ method: "GET", path, headers });
    }
}

const LOOK = 20;
const CHANGES_PATH = `/changes?limit=${LOOK}`;
