// A person drags a row with a mouse at any place, and with a finger at its handle. The keys, and the fields of an open
// todo, do the same without a drag.
import { showDue } from "../../list/dates.ts";
import type { Todo } from "../../list/model.ts";
import { now } from "../../list/store.ts";
import { dropOnDay, dropOnList, dropOnRow } from "./drop.ts";

interface Target {
    element: HTMLElement;
    drop: () => void;
    edge?: "before" | "after";
}

const FAR = 6; // pixels, so that a click is not a drag
const EDGE = 60; // pixels from the edge of the window at which it scrolls

export function startDrag(event: PointerEvent, todo: Todo, sortable: boolean): void {
    const from = event.target instanceof Element ? event.target : undefined;
    const row = from?.closest<HTMLElement>(".row");
    const isHandle = Boolean(from?.closest("[data-handle]"));
    const isUsable = isHandle || (event.pointerType === "mouse" && !from?.closest(".tick, .pick, .open, .conflict"));
    if (!row || !isUsable || event.button || todo.status) {
        return;
    }
    const { clientX, clientY } = event;
    const stop = new AbortController();
    const { signal } = stop;
    let ghost: HTMLElement | undefined;
    let target: Target | undefined;
    const end = () => {
        stop.abort();
        ghost?.remove();
        mark(undefined);
        row.classList.remove("dragged");
        document.documentElement.classList.remove("dragging");
    };
    const follow = (next: PointerEvent) => {
        if (!ghost && Math.hypot(next.clientX - clientX, next.clientY - clientY) < FAR) {
            return;
        }
        ghost ??= begin(row, todo);
        const side = next.clientX > innerWidth / 2 ? " translateX(calc(-100% - 24px))" : "";
        ghost.style.transform = `translate(${next.clientX + 12}px, ${next.clientY + 8}px)${side}`;
        scrollAt(next.clientY);
        target = targetAt(next, todo, row, sortable);
        mark(target);
    };
    const drop = () => {
        if (ghost) {
            // The browser sends a click after the drag, which must not open the row.
            addEventListener("click", swallow, { capture: true, once: true });
            setTimeout(() => removeEventListener("click", swallow, { capture: true }));
            target?.drop();
        }
        end();
    };
    addEventListener("pointermove", follow, { signal });
    addEventListener("pointerup", drop, { signal });
    addEventListener("pointercancel", end, { signal });
    addEventListener("keydown", (key) => key.key === "Escape" && end(), { signal, capture: true });
}

function swallow(click: Event): void {
    click.preventDefault();
    click.stopPropagation();
}

function begin(row: HTMLElement, todo: Todo): HTMLElement {
    const ghost = document.createElement("div");
    ghost.className = "ghost";
    ghost.dir = "auto";
    ghost.textContent = todo.title;
    document.body.append(ghost);
    row.classList.add("dragged");
    document.documentElement.classList.add("dragging");
    getSelection()?.removeAllRanges();
    return ghost;
}

function targetAt(event: PointerEvent, todo: Todo, dragged: HTMLElement, sortable: boolean): Target | undefined {
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const row = under?.closest<HTMLElement>(".row:not(.completed, .deleted)");
    if (sortable && row && row !== dragged) {
        const { top, height } = row.getBoundingClientRect();
        const isBefore = event.clientY < top + height / 2;
        const id = row.dataset.todo ?? "";
        return {
            element: row,
            edge: isBefore ? "before" : "after",
            drop: () => dropOnRow(todo, id, isBefore),
        };
    }
    const element = under?.closest<HTMLElement>("[data-drop-list], [data-drop-day]");
    const { dropList, dropDay, dropName } = element?.dataset ?? {};
    if (element && dropList) {
        return { element, drop: () => dropOnList(todo, dropList) };
    }
    return element && dropDay
        ? { element, drop: () => dropOnDay(todo, dropDay, dropName ?? showDue(dropDay, now.value)) }
        : undefined;
}

let marked: Element | undefined;

function mark(target: Target | undefined): void {
    marked?.classList.remove("over", "over-before", "over-after");
    marked = target?.element;
    marked?.classList.add(target?.edge ? `over-${target.edge}` : "over");
}

function scrollAt(y: number): void {
    if (y < EDGE) {
        scrollBy(0, -12);
    } else if (y > innerHeight - EDGE) {
        scrollBy(0, 12);
    }
}
