// The sections of each view: its todos and their order.
import { dayFrom, iso } from "../../list/civil.ts";
import { group, showDate } from "../../list/dates.ts";
import type { Todo } from "../../list/model.ts";
import { lists, now, orderOf, todos } from "../../list/store.ts";
import { href } from "../address.ts";
import { held, keepPlaces } from "../held.ts";
import type { Section } from "../rows/rows.tsx";

// The open todos by due date. A held todo counts with its values from the time when it was held.
function shown() {
    const all = [...todos.value.values()].flatMap((todo) => {
        const as = held.value.get(todo.id) ?? todo;
        return as.status ? [] : [{ todo, as }];
    });
    return all.sort((a, b) => compare(a.as.due, b.as.due));
}

// Compares due dates. Todos without one come last. The sort is stable, so todos with the same date keep the order of
// the service.
function compare(a: string | undefined, b: string | undefined): number {
    return a === b ? 0 : !a ? 1 : !b ? -1 : a < b ? -1 : 1;
}

export function todaySections(): Section[] {
    const of = (name: string) =>
        shown()
            .filter(({ as }) => group(as.due, now.value) === name)
            .map(({ todo }) => todo);
    const overdue = of("overdue");
    const today = of("today");
    return [
        ...(overdue.length ? [{ key: "overdue", title: "Overdue", late: true, todos: overdue }] : []),
        { key: "today", title: overdue.length ? "Today" : undefined, day: now.value.date, todos: today },
    ];
}

export function weekSections(): Section[] {
    const all = shown();
    const first = dayFrom(now.value.date);
    return [1, 2, 3, 4, 5, 6, 7].map((days) => {
        const day = iso(first + days);
        const date = showDate(day, now.value, undefined, "long");
        return {
            key: day,
            title: days === 1 ? `Tomorrow, ${date}` : date,
            day,
            todos: all.filter(({ as }) => as.due?.startsWith(day)).map(({ todo }) => todo),
        };
    });
}

export function allSections(): Section[] {
    const byList = new Map<string, Todo[]>(lists.value.map((list) => [list, []]));
    for (const { todo, as } of shown()) {
        const list = as.list ?? "";
        const of = byList.get(list);
        of ? of.push(todo) : byList.set(list, [todo]);
    }
    const sections = [...byList].map(([list, of]) => ({
        key: list,
        title: list,
        link: href({ view: "list", list }),
        list,
        todos: of,
    }));
    return sections.filter((section) => section.todos.length > 0);
}

const orders = new Map<string, string[]>();

export function listSections(list: string): Section[] {
    const all = new Map(
        shown()
            .filter(({ as }) => as.list?.toLowerCase() === list.toLowerCase())
            .map(({ todo }) => [todo.id, todo]),
    );
    const order = orderOf(list).value ?? [];
    const known = new Set(order);
    const ids = [...order.filter((id) => all.has(id)), ...[...all.keys()].filter((id) => !known.has(id))];
    // The order of the service no longer contains a held todo, so it keeps the place that it had here.
    const inOrder = ids.filter((id) => known.has(id) || !held.value.has(id));
    const kept = keepPlaces(orders.get(list) ?? [], inOrder, (id) => all.has(id));
    const rest = ids.filter((id) => !kept.includes(id));
    orders.set(list, [...kept, ...rest]);
    return [{ key: list, list, todos: [...kept, ...rest].flatMap((id) => all.get(id) ?? []) }];
}
