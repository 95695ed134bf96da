// The address of the page contains the view and the open todo, so that back, reload, bookmarks and a second window
// work.
import { signal } from "@preact/signals";
import { afterRender, focusAgain } from "./focus.ts";
import { letGo } from "./held.ts";
import { partOf } from "./parts/parts.ts";

export const VIEWS = [
    "today",
    "week",
    "all",
    "completed",
    "deleted",
    "history",
    "lists",
    "settings",
    "import",
] as const;
export type View = (typeof VIEWS)[number] | "list" | "search" | "todo";

export interface Address {
    view: View;
    list?: string; // of the view "list"
    q?: string; // of the view "search"
    by?: string; // of the view "history": only what this program did
    todo?: string; // the todo that is open
}

export const base = document.documentElement.dataset.base ?? "";

export const address = signal<Address>(read());

function read(url = location.href): Address {
    const query = new URL(url).searchParams;
    const todo = query.get("todo") ?? undefined;
    const list = query.get("list");
    const q = query.get("q");
    if (list) return { view: "list", list, todo };
    if (q !== null) return { view: "search", q, todo };
    const view = VIEWS.find((name) => name === query.get("view"));
    if (view) return { view, by: query.get("by") ?? undefined, todo };
    return todo ? { view: "todo", todo } : { view: "today" };
}

export function href(to: Address): string {
    const query = new URLSearchParams();
    if (to.list) query.set("list", to.list);
    if (to.view === "search") query.set("q", to.q ?? "");
    if (VIEWS.some((name) => name === to.view) && (to.view !== "today" || to.todo)) query.set("view", to.view);
    if (to.by) query.set("by", to.by);
    if (to.todo) query.set("todo", to.todo);
    const text = query.toString();
    return `${base}/${text && `?${text}`}`;
}

// Whether the button Back of the browser leads to a view of this page.
let hasMoved = false;

// A browser goes back some time after `history.back()`. Until then, this list keeps the next steps of the page.
// Otherwise, the browser would go back from a view that the person has reached in the meantime.
let nextSteps: (() => void)[] | undefined;

function goBack(): void {
    nextSteps = [];
    history.back();
}

function write(step: () => void): void {
    if (nextSteps) nextSteps.push(step);
    else step();
}

export function go(to: Address, how: "push" | "replace" = "push"): void {
    const url = href(to);
    write(() => (how === "replace" ? history.replaceState(history.state, "", url) : history.pushState(null, "", url)));
    arrive(to);
}

// While the page loads a part for the next view, it shows the old view for at most this time.
const PATIENCE = 500;
let arriving: Promise<void> | undefined;

function arrive(to: Address): void {
    hasMoved = true;
    const part = partOf(to.view);
    if (!part) {
        arriving = undefined;
        show(to);
        return;
    }
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
    const mine = Promise.race([part, late]).then(() => {
        if (arriving === mine) show(to);
    });
    arriving = mine;
}

function show(to: Address): void {
    const before = address.value;
    address.value = to;
    if (before.view === to.view && before.list === to.list) return;
    letGo();
    scrollTo(0, 0);
}

// Opens a todo in its row. The button Back closes it again.
export function open(id: string): void {
    const to = { ...address.value, todo: id };
    if (address.value.todo) {
        go(to, "replace");
    } else {
        write(() => history.pushState({ opened: true }, "", href(to)));
        arrive(to);
    }
}

export function close(): void {
    if (!address.value.todo) return;
    if (address.value.view === "todo") {
        leave();
        return;
    }
    const to = { ...address.value, todo: undefined };
    if (history.state?.opened && !nextSteps) goBack();
    else write(() => history.replaceState(null, "", href(to)));
    arrive(to);
}

// Leaves the view of a single todo: goes back to the view from which the person came.
function leave(): void {
    if (hasMoved) goBack();
    else go({ view: "today" }, "replace");
}

addEventListener("popstate", () => {
    const steps = nextSteps;
    nextSteps = undefined;
    if (steps?.length) {
        for (const step of steps) step();
        return;
    }
    const { todo } = address.value;
    arrive(read());
    if (todo && !address.value.todo) {
        const row = `[data-todo="${CSS.escape(todo)}"] .title`;
        focusAgain(() => document.querySelector<HTMLElement>(row));
    }
});

// A plain click on a link of the page only changes the view. Other clicks work as usual, such as those that open a new
// window.
document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
        return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.origin !== location.origin) return;
    if (link.pathname !== `${base}/` || link.hash) return;
    event.preventDefault();
    const { href } = link;
    write(() => history.pushState(null, "", href));
    arrive(read(href));
    focusName();
});

// Moves the focus to the search field, or else to the name of the view, which screen readers then read. This happens
// during the event of the press, because only then the keyboard of a telephone opens.
export function focusName(): void {
    const focus = () =>
        afterRender(() => {
            const field = document.getElementById("search") ?? document.querySelector("h1");
            field?.focus({ preventScroll: true });
        });
    if (arriving) void arriving.then(focus);
    else focus();
}
