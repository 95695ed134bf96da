// The keys of the page. They never act while the person types in a field.
import type { Todo } from "../../list/model.ts";
import { close, focusName, go, open } from "../address.ts";
import { doAgain, takeBack, tick } from "../doing.ts";
import { canSort, move } from "../drag/drop.ts";
import { focusAgain } from "../focus.ts";
import { pick, pickNone, selecting } from "../select/selection.ts";
import { here, rowOf, step } from "./current_row.ts";
import { showKeys } from "./keys_shown.ts";

const PLACES: Record<string, Parameters<typeof go>[0]> = {
    t: { view: "today" },
    w: { view: "week" },
    a: { view: "all" },
    h: { view: "history" },
    l: { view: "lists" },
    c: { view: "completed" },
};

let afterG = 0; // when `g` was pressed

export function listenToKeys(): void {
    addEventListener("keydown", (event) => {
        if (event.defaultPrevented || event.isComposing || isTyping(event.target)) {
            return;
        }
        if (press(event)) {
            event.preventDefault();
        }
    });
}

function isTyping(target: EventTarget | null): boolean {
    const isField = target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select");
    return isField || Boolean(document.querySelector("dialog[open]"));
}

// Returns whether the key did something.
function press(event: KeyboardEvent): boolean {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.ctrlKey || event.metaKey) {
        return withControl(key, event.shiftKey);
    }
    if (event.altKey) {
        return withAlt(key);
    }
    if (Date.now() - afterG < 1500) {
        afterG = 0;
        const to = PLACES[key];
        if (to) {
            go(to);
            focusName();
            return true;
        }
    }
    return alone(key, event);
}

function withControl(key: string, shift: boolean): boolean {
    if (key !== "z" && key !== "y") {
        return false;
    }
    void (shift || key === "y" ? doAgain() : takeBack());
    return true;
}

function withAlt(key: string): boolean {
    const todo = here();
    if (!todo || !canSort() || (key !== "ArrowUp" && key !== "ArrowDown")) {
        return false;
    }
    move(todo, key === "ArrowUp" ? -1 : 1);
    // The row has moved to its new place as the same element. The browser may have taken the focus from it.
    focusAgain(() => rowOf(todo.id)?.querySelector<HTMLElement>(".title"));
    return true;
}

function alone(key: string, event: KeyboardEvent): boolean {
    const todo = here();
    const does = todo && onRow(key, todo, event.target instanceof Element ? event.target : undefined);
    if (does) {
        does();
        return true;
    }
    switch (key) {
        case "g":
            afterG = Date.now();
            return true;
        case "j":
        case "ArrowDown":
            return step(1);
        case "k":
        case "ArrowUp":
            return step(-1);
        case "u":
            void takeBack();
            return true;
        case "n":
        case "q":
            document.getElementById("add")?.focus();
            return true;
        case "/":
            go({ view: "search", q: "" });
            focusName();
            return true;
        case "?":
            showKeys();
            return true;
        case "Escape":
            (selecting.value ? pickNone : close)();
            return true;
        default:
            return false;
    }
}

// The action of a key on the row that has the focus. Space and Enter press the focused button, as everywhere.
function onRow(key: string, todo: Todo, target: Element | undefined): (() => void) | undefined {
    switch (key) {
        case "x":
            return () => pick(todo.id);
        case "c":
            return () => tick(todo);
        case " ":
            return target?.matches(".title") ? () => tick(todo) : undefined;
        case "Enter":
            return target?.closest("button, a, summary, label") ? undefined : () => open(todo.id);
        default:
            return undefined;
    }
}
