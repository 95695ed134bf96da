// The views for which the page asks the service: completed, deleted, search, and a single todo.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Todo } from "../../list/model.ts";
import { find, full, idOf, todos } from "../../list/store.ts";
import { address, go, href } from "../address.ts";
import { held } from "../held.ts";
import { usePages } from "../history/pages.ts";
import { Rows } from "../rows/rows.tsx";
import { SelectButton } from "../select/select_button.tsx";
import { Head } from "../shell/head.tsx";
import { count } from "../words.ts";

export function CompletedView() {
    return (
        <>
            <Head title="Completed">
                <SelectButton />
            </Head>
            <Found query={{ status: "completed" }} empty="Nothing is completed yet." />
        </>
    );
}

export function DeletedView() {
    return (
        <>
            <Head title="Deleted" />
            <Found query={{ status: "deleted" }} empty="Nothing is deleted." />
        </>
    );
}

export function SearchView() {
    const q = address.value.q ?? "";
    const field = useRef<HTMLInputElement>(null);
    useLayoutEffect(() => field.current?.focus(), []);
    const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
    const search = (text: string) => {
        clearTimeout(timer.current);
        timer.current = setTimeout(() => go({ view: "search", q: text.trim() }, "replace"), 250);
    };
    return (
        <>
            <Head title="Search">
                <SelectButton />
            </Head>
            <search class="search">
                <input
                    ref={field}
                    id="search"
                    class="field grow"
                    type="search"
                    dir="auto"
                    aria-label="Search"
                    placeholder="Words of titles, notes, steps or tags"
                    defaultValue={q}
                    enterkeyhint="search"
                    onInput={(event) => search(event.currentTarget.value)}
                    onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
                />
            </search>
            {q && <Found query={{ q, status: "any" }} empty={<NothingFound />} counted />}
        </>
    );
}

function NothingFound() {
    return (
        <>
            Nothing open or completed has all these words.{" "}
            <a class="link" href={href({ view: "deleted" })}>
                Look in Deleted
            </a>
        </>
    );
}

interface FoundProps {
    query: Record<string, string>;
    empty: ComponentChildren;
    counted?: boolean;
}

function Found({ query, empty, counted }: FoundProps) {
    const { items, total, failed, more } = usePages(JSON.stringify(query), async (cursor) => {
        const page = await find(query, cursor);
        return { items: page.todos, next: page.next_cursor, total: page.total };
    });
    if (!items.value) {
        return <p class="empty">{failed.value ? "This needs a connection." : "Loading …"}</p>;
    }
    const found = withHeld(items.value, query.status ?? "").map((todo) => todos.value.get(todo.id) ?? todo);
    return (
        <>
            <p class={counted && found.length ? "quiet-line" : "hidden"} role="status">
                {found.length ? count(total.value ?? found.length, "todo") : ""}
            </p>
            {found.length === 0 && <p class="empty">{empty}</p>}
            <Rows sections={[{ key: "found", todos: found }]} />
            {more && (
                <button type="button" class="link" onClick={more}>
                    Show more
                </button>
            )}
        </>
    );
}

// A todo that the person has reopened or restored here stays until the view changes.
function withHeld(items: readonly Todo[], status: string): readonly Todo[] {
    const missing = [...held.value.values()].filter(
        (todo) => todo.status === status && !items.some(({ id }) => id === todo.id),
    );
    return [...missing, ...items].sort((a, b) => when(b).localeCompare(when(a)));

    function when(todo: Todo): string {
        return (status === "any" ? "" : (todo.completed_at ?? todo.deleted_at)) ?? "";
    }
}

export function TodoView() {
    const id = idOf(address.value.todo ?? "");
    const loaded = useSignal<Todo | undefined>(undefined);
    const missing = useSignal(false);
    useEffect(() => {
        full(id).then(
            (todo) => {
                loaded.value = todo;
            },
            () => {
                missing.value = true;
            },
        );
    }, [id]);
    const todo = todos.value.get(id) ?? loaded.value;
    return (
        <>
            <Head title="Todo" />
            {todo ? (
                <Rows sections={[{ key: id, todos: [todo] }]} />
            ) : (
                <p class="empty">{missing.value ? "There is no such todo here." : "Loading …"}</p>
            )}
        </>
    );
}
