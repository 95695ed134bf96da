// The row of one todo. A press on its title opens the todo in its row.
import { computed, useComputed } from "@preact/signals";
import type { Todo } from "../../list/model.ts";
import { keyOf } from "../../list/store.ts";
import { address, open } from "../address.ts";
import { tick } from "../doing.ts";
import { startDrag } from "../drag/drag.ts";
import { Icon } from "../icons.tsx";
import { ConflictsOf } from "../notice/conflict.tsx";
import { pick, pickTo, selected, selecting } from "../select/selection.ts";
import { OpenTodo } from "../todo/open_todo.tsx";
import { Meta } from "./meta.tsx";
import { Tick } from "./tick.tsx";

const openKey = computed(() => keyOf(address.value.todo ?? ""));

interface Props {
    todo: Todo;
    sortable: boolean;
    day?: string; // what the heading above says already
    list?: string;
}

export function Row({ todo, sortable, day, list }: Props) {
    const isOpen = useComputed(() => openKey.value === keyOf(todo.id)).value;
    const isPicked = useComputed(() => selected.value.has(todo.id)).value;
    const kind = `row ${isOpen ? "open" : ""} ${isPicked ? "picked" : ""} ${todo.status ?? ""}`;
    return (
        <li class={kind} data-todo={todo.id} onPointerDown={(event) => startDrag(event, todo, sortable)}>
            <ConflictsOf id={todo.id} />
            {selecting.value ? (
                <label class="pick">
                    <input type="checkbox" checked={isPicked} onChange={() => pick(todo.id)} />
                    <span class="hidden">{`Select: ${todo.title}`}</span>
                </label>
            ) : (
                todo.status !== "deleted" && <Tick todo={todo} />
            )}
            {isOpen ? (
                <OpenTodo key={keyOf(todo.id)} todo={todo} sortable={sortable} />
            ) : (
                <Closed todo={todo} day={day} list={list} />
            )}
            {sortable && !isOpen && !todo.status && (
                <span class="handle" title="Drag to move" aria-hidden="true" data-handle>
                    <Icon name="handle" />
                </span>
            )}
            {todo.status === "deleted" && !isOpen && (
                <button type="button" class="link" onClick={() => tick(todo)}>
                    Restore
                    <span class="hidden">{`: ${todo.title}`}</span>
                </button>
            )}
        </li>
    );
}

function Closed({ todo, day, list }: Omit<Props, "sortable">) {
    const click = (event: MouseEvent) => {
        if (event.shiftKey) {
            pickTo(todo.id);
        } else if (event.ctrlKey || event.metaKey || selecting.value) {
            pick(todo.id);
        } else {
            open(todo.id);
        }
    };
    return (
        <div class="what">
            <button type="button" class="title" aria-expanded="false" onClick={click}>
                <bdi>{todo.title}</bdi>
            </button>
            <Meta todo={todo} day={day} isListSaid={list === todo.list} />
        </div>
    );
}
