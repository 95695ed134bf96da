// The field with which a person moves a todo in the order without a drag.
import { move, openRows, putAfter } from "../drag/drop.ts";
import type { FieldProps } from "./pills.tsx";

export function MoveField({ todo }: FieldProps) {
    return (
        <div class="pills">
            <button type="button" class="pill" onClick={() => putAfter(todo, undefined)}>
                To the top
            </button>
            <button type="button" class="pill" onClick={() => move(todo, -1)}>
                Up
            </button>
            <button type="button" class="pill" onClick={() => move(todo, 1)}>
                Down
            </button>
            <button type="button" class="pill" onClick={() => putAfter(todo, lastBut(todo.id))}>
                To the bottom
            </button>
        </div>
    );
}

const lastBut = (id: string) => openRows().findLast((other) => other !== id);
