// Random todos and random changes for a person or an assistant.
import type { NewTodo, Todo, TodoEdit } from "../../src/list/model.ts";
import type { Chance } from "./chance.ts";

export const LISTS = ["Inbox", "Work", "Shopping", "Garden"];
const TAGS = ["red", "green", "blue"];

export type Fields = Omit<TodoEdit, "id">;

// `count` makes the texts unique.
export function newTodo(chance: Chance, count: number | string): NewTodo {
    return {
        title: `Todo ${count}`,
        ...(chance.is(0.5) ? { list: chance.one(LISTS) } : {}),
        ...(chance.is(0.4) ? { due: day(chance) } : {}),
        ...(chance.is(0.3) ? { tags: chance.some(TAGS, 2) } : {}),
        ...(chance.is(0.3) ? { steps: [{ title: "one" }, { title: "two" }] } : {}),
        ...(chance.is(0.2) ? { notes: `Notes ${count}` } : {}),
        ...(chance.is(0.2) ? { priority: "high" as const } : {}),
    };
}

function day(chance: Chance): string {
    const date = String(1 + chance.below(28)).padStart(2, "0");
    return chance.is(0.3) ? `2026-12-${date}T${10 + chance.below(10)}:30` : `2027-01-${date}`;
}

// A random change of this todo.
export function newFields(chance: Chance, count: number | string, todo: Todo, open: Todo[]): Fields {
    const { id, steps, tags, due, priority } = todo;
    const other = chance.one(open).id;
    const position = other === id ? "top" : chance.one(["top", "bottom", `after ${other}`]);
    const all: Fields[] = [
        { title: `Title ${count}` },
        { notes: `Text ${count}\nwith two lines` },
        { append_notes: `More ${count}` },
        { due: due?.startsWith("2028") ? "2029-02-03T08:00" : `2028-${day(chance).slice(5)}` },
        { list: `List ${chance.below(7)} ${count}` },
        { priority: priority === "urgent" ? "low" : "urgent" },
        { add_steps: [{ title: `Step ${count}` }] },
        { tags: [`tag-${count}`, chance.one(TAGS)] },
        { position },
    ];
    if (tags) {
        all.push({ remove_tags: [chance.one(tags)] });
    }
    if (due) {
        all.push({ clear: ["due"] });
    }
    if (steps) {
        const at = chance.below(steps.length);
        const step = String(at + 1);
        all.push(steps[at]?.done ? { reopen_steps: [step] } : { complete_steps: [step] });
        all.push({ remove_steps: [step] }, { rename_steps: [{ step, title: `Renamed ${count}` }] });
    }
    return chance.one(all);
}
