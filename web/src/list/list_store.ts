// The state of the list, and the functions with which people change it. The caller provides the functions of the
// browser, so that tests can replace them.
import { Database } from "./database.ts";
import { createDeciding, createDoing } from "./doing.ts";
import { createLooking } from "./looking.ts";
import { OwnChanges } from "./own_changes.ts";
import { type Clock, type InLock, Queue } from "./queue.ts";
import { type Api, ApiProblem, createApi, type Fetch, Offline } from "./request.ts";
import { State } from "./state.ts";
import { Sync } from "./sync.ts";
import {
    createLastChange,
    createLists,
    createNow,
    createOrders,
    createProgramChanges,
    createSettings,
    createTags,
} from "./views.ts";
import { PAUSE, Visit } from "./visit.ts";

export interface Surroundings {
    base: string;
    name: string; // of the database
    fetch: Fetch;
    indexedDB(): IDBFactory;
    inLock: InLock;
    channel(): Pick<BroadcastChannel, "postMessage" | "close" | "onmessage">; // to the other windows
    clock: Clock;
    isVisible(): boolean;
    listen(what: (event: "visible" | "online" | "offline") => void): void;
}

export type ListStore = ReturnType<typeof createListStore>;

export function createListStore(around: Surroundings) {
    const { clock, isVisible } = around;
    const now = () => clock.now();
    let channel: ReturnType<Surroundings["channel"]> | undefined;
    const state: State = new State(now, wiped);
    const api = observed(createApi(around.fetch, around.base), state);
    const tell = () => {
        channel?.postMessage("changed");
        return state.refresh();
    };
    const sync = new Sync(api, state, tell);
    const queue = new Queue(api, state, sync, tell, around.inLock, clock);
    const visit = new Visit(api, state, sync, queue, now, isVisible);
    const own = new OwnChanges(state.names);
    const settings = createSettings(state);
    const time = createNow(state, settings, clock);
    let isClosed = false;

    // Another window has signed out.
    function wiped(): void {
        own.clear();
        sync.reset();
        visit.ask().catch(() => {});
    }

    function pulse(): void {
        if (!isClosed) {
            void visit.pulse().finally(() => clock.after(PAUSE, pulse));
        }
    }

    async function start(): Promise<void> {
        channel = around.channel();
        channel.onmessage = () => {
            if (!isClosed) {
                void state.refresh().then(() => queue.wake());
            }
        };
        await state.open(await Database.open(around.indexedDB(), around.name));
        around.listen((event) => {
            time.tick();
            if (event === "offline") {
                state.online.value = false;
            } else {
                queue.hurry();
                void visit.look();
            }
        });
        time.everyMinute();
        pulse();
    }

    // For the tests: has the effect of a closed window.
    function close(): void {
        isClosed = true;
        queue.stop();
        channel?.close();
        state.database.close();
    }

    const wake = () => {
        channel?.postMessage("changed");
        void queue.wake();
    };
    const keep = (waiting: Parameters<State["keep"]>[0]) => state.keep(waiting).then(wake);
    return {
        session: state.session,
        now: time.now,
        settings,
        todos: state.todos,
        lists: createLists(state),
        tags: createTags(state),
        orderOf: createOrders(state, sync),
        changes: state.changes,
        lastChange: createLastChange(state),
        programChanges: createProgramChanges(state),
        waiting: state.waiting,
        refused: state.refused,
        online: state.online,
        loaded: state.loaded,
        canUndo: own.canUndo,
        canRedo: own.canRedo,
        ...createDoing(state, settings, own, keep, now),
        ...createDeciding(state, () => state.refresh().then(wake)),
        ...createLooking(state, api),
        // The key of a todo for the components. The key of an added todo stays the same when the todo gets its id.
        keyOf: (id: string) => state.localIds.get(id) ?? id,
        // The id of an added todo, once the service has given it one.
        idOf: (id: string) => state.names.value.get(id)?.to || id,
        start,
        close,
        signOut: async () => {
            await visit.signOut();
            await tell();
        },
        signInWithKey: async (key: string, keep: boolean) => {
            await visit.signIn(key, keep);
            await tell();
        },
    };
}

// Wraps `api`: sets the state of the network and of the session after each request.
function observed(api: Api, state: State): Api {
    const { online, session } = state;
    return async (request) => {
        try {
            const answer = await api(request);
            online.value = true;
            return answer;
        } catch (error) {
            online.value = !(error instanceof Offline);
            if (error instanceof ApiProblem && error.problem.status === 401 && session.value?.signed_in) {
                state.keepSession({ ...session.value, signed_in: false }).catch(() => {});
            }
            throw error;
        }
    };
}
