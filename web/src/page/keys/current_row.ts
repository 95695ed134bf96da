// The row that has the focus.
import type { Todo } from "../../list/model.ts";
import { those } from "../doing.ts";

export const rowOf = (id: string) => document.querySelector<HTMLElement>(`[data-todo="${CSS.escape(id)}"]`);

export function here(): Todo | undefined {
    const id = document.activeElement?.closest<HTMLElement>("[data-todo]")?.dataset.todo;
    return id ? those([id])[0] : undefined;
}

export function step(by: 1 | -1): boolean {
    const titles = [...document.querySelectorAll<HTMLElement>("[data-todo] .title")];
    const current = document.activeElement?.closest("[data-todo]")?.querySelector<HTMLElement>(".title");
    const at = current ? titles.indexOf(current) : -1;
    const next = titles[at < 0 ? (by > 0 ? 0 : titles.length - 1) : at + by];
    next?.focus();
    next?.closest("[data-todo]")?.scrollIntoView({ block: "nearest" });
    return Boolean(next);
}
