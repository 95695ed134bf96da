// The signals that components read beside the todos.
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { fold } from "./apply.ts";
import { nowAt } from "./dates.ts";
import { importsOf } from "./import_changes.ts";
import type { Action, Change, Now, Settings } from "./model.ts";
import { ordered } from "./order.ts";
import type { Clock } from "./queue.ts";
import type { State } from "./state.ts";
import { steady } from "./steady.ts";
import type { Sync } from "./sync.ts";

const MINUTE = 60_000;

export function createSettings(state: State): ReadonlySignal<Settings> {
    return steady(() => {
        const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
        let settings: Settings = state.overview.value?.settings ?? {
            time_zone,
            week_start: "mon",
            default_list: "Inbox",
        };
        for (const { action } of state.waiting.value) {
            if (action.kind === "settings") {
                const { clear: _, idempotency_key: _k, ...update } = action.update;
                settings = { ...settings, ...update };
            }
        }
        return settings;
    });
}

// The person's date, time and time zone. `tick` updates them.
export function createNow(state: State, settings: ReadonlySignal<Settings>, clock: Clock) {
    const at = signal(clock.now());
    const now = computed<Now>(() => {
        const zone = settings.value.time_zone;
        const kept = state.overview.value?.now;
        return {
            ...nowAt(at.value, zone),
            ...(kept?.time_zone_not_set && kept.time_zone === zone ? { time_zone_not_set: true } : {}),
        };
    });
    const tick = () => {
        at.value = clock.now();
    };
    const everyMinute = () => {
        tick();
        clock.after(MINUTE - (clock.now() % MINUTE), everyMinute);
    };
    return { now, tick, everyMinute };
}

// The names of all lists in their order: first the lists of the service after the waiting actions, then new lists.
export function createLists(state: State): ReadonlySignal<string[]> {
    return steady(() => {
        let lists = state.overview.value?.lists.map(({ name }) => name) ?? [];
        for (const { action } of state.waiting.value) {
            lists = action.kind === "lists" ? changed(lists, action.update) : lists;
        }
        const known = new Set(lists.map(fold));
        for (const { list, status } of state.todos.value.values()) {
            if (list && !status && !known.has(fold(list))) {
                known.add(fold(list));
                lists = [...lists, list];
            }
        }
        return lists;
    });
}

function changed(lists: string[], update: Extract<Action, { kind: "lists" }>["update"]): string[] {
    const isIt = (name: string) => fold(name) === fold(update.list ?? "");
    if (update.order) {
        const first = new Set(update.order.map(fold));
        return [...update.order, ...lists.filter((name) => !first.has(fold(name)))];
    }
    const { rename_to } = update;
    return rename_to ? lists.map((name) => (isIt(name) ? rename_to : name)) : lists.filter((name) => !isIt(name));
}

// The tags of open todos, the most used first.
export function createTags(state: State): ReadonlySignal<string[]> {
    return steady(() => {
        const counts = new Map<string, number>();
        for (const { tags = [], status } of state.todos.value.values()) {
            for (const tag of status ? [] : tags) {
                counts.set(tag, (counts.get(tag) ?? 0) + 1);
            }
        }
        return [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b)).map(([tag]) => tag);
    });
}

// The ids of the open todos of a list in its order. The page reads this order from the service while a component uses
// the signal.
export function createOrders(state: State, sync: Sync) {
    const orders = new Map<string, ReadonlySignal<string[] | undefined>>();
    return (list: string): ReadonlySignal<string[] | undefined> => {
        const known = orders.get(fold(list));
        if (known) {
            return known;
        }
        const order = steady(
            () => {
                const base = state.order(list);
                const actions = state.waiting.value.map(({ action }) => action);
                return base && ordered(base, list, actions, state.todos.value);
            },
            {
                watched: () => {
                    sync.watched.add(list);
                    if (state.isAsked && state.session.value?.signed_in) {
                        sync.orders([list]).catch(() => {});
                    }
                },
                unwatched: () => {
                    sync.watched.delete(list);
                },
            },
        );
        orders.set(fold(list), order);
        return order;
    };
}

// The latest change that was not made by this browser.
export function createLastChange(state: State) {
    return steady(() => state.changes.value.find(({ id }) => !state.own.value.has(id)));
}

// The name of the page as a program, on a service where people sign in. In another browser, an id follows this name.
const PAGE = /^Web page($| \()/;

// The changes of other programs, the newest first. Changes of the page in another browser do not count. With API keys,
// the name of the page is the name of its key, which is also in the changes of this browser. Imports do not count
// either: the history shows them.
export function createProgramChanges(state: State) {
    return steady(() => {
        const changes = state.changes.value;
        const imports = importsOf(changes);
        const isOwn = ({ id }: Change) => state.own.value.has(id);
        const isImport = ({ id }: Change) => imports.has(id);
        const name = changes.find(isOwn)?.by;
        return changes.filter(
            (change) =>
                !isOwn(change) && !isImport(change) && !(change.by && (change.by === name || PAGE.test(change.by))),
        );
    });
}
