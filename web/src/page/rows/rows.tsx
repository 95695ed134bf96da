// Sections of rows. The page adds more rows only when the person scrolls to them.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Todo } from "../../list/model.ts";
import { keyOf } from "../../list/store.ts";
import { Row } from "./row.tsx";
import { setShown } from "./shown.ts";

export interface Section {
    key: string;
    title?: string;
    link?: string;
    late?: boolean;
    day?: string; // a todo that is dropped here is due on this day
    list?: string; // and here: moves to this list
    todos: readonly Todo[];
}

const STEP = 30;

export function Rows({ sections, sortable = false }: { sections: readonly Section[]; sortable?: boolean }) {
    const [limit, setLimit] = useState(STEP);
    const total = sections.reduce((sum, { todos }) => sum + todos.length, 0);
    let left = limit;
    const shown = sections.flatMap((section) => {
        if (left <= 0) {
            return [];
        }
        const todos = section.todos.slice(0, left);
        left -= todos.length;
        return [{ section, todos }];
    });
    setShown(shown.flatMap(({ todos }) => todos));
    return (
        <>
            {shown.map(({ section, todos }) => (
                <Part key={section.key} section={section} todos={todos} sortable={sortable} />
            ))}
            {total > limit && <More key={limit} onSeen={() => setLimit(limit + STEP)} />}
        </>
    );
}

function Part({ section, todos, sortable }: { section: Section; todos: readonly Todo[]; sortable: boolean }) {
    const { title, link, late, day, list } = section;
    const open = section.todos.filter(({ status }) => !status).length;
    return (
        <section class={todos.length ? "part" : "part bare"} data-drop-day={day} data-drop-list={list}>
            {title && (
                <h2 class={late ? "late" : undefined}>
                    {link ? (
                        <a href={link}>
                            <bdi>{title}</bdi>
                        </a>
                    ) : (
                        title
                    )}
                    <span>{open || ""}</span>
                </h2>
            )}
            {todos.length > 0 && (
                <ul class="rows">
                    {todos.map((todo) => (
                        <Row key={keyOf(todo.id)} todo={todo} sortable={sortable} day={day} list={list} />
                    ))}
                </ul>
            )}
        </section>
    );
}

function More({ onSeen }: { onSeen: () => void }) {
    const end = useRef<HTMLButtonElement>(null);
    useEffect(() => {
        const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && onSeen(), {
            rootMargin: "1500px",
        });
        if (end.current) {
            observer.observe(end.current);
        }
        return () => observer.disconnect();
    }, []);
    return (
        <button type="button" class="link" ref={end} onClick={onSeen}>
            Show more
        </button>
    );
}
