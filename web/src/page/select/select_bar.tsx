// The bar with the actions on all selected todos. Each action is one change, and one undo takes it back.
import { readDue } from "../../list/due_words.ts";
import type { Todo } from "../../list/model.ts";
import { lists, now, settings } from "../../list/store.ts";
import { changeMany, erase, type Fields, isDone, PRIORITIES, those } from "../doing.ts";
import { Icon } from "../icons.tsx";
import { Choice, Words } from "./controls.tsx";
import { pickNone, selected, selecting } from "./selection.ts";

export function SelectBar() {
    if (!selecting.value) {
        return null;
    }
    const chosen = those(selected.value);
    return (
        <section class="select-bar" aria-label="Selected todos">
            <div class="select-count">
                <button
                    type="button"
                    class="plain-icon"
                    aria-label="Select nothing"
                    title="Select nothing"
                    onClick={pickNone}
                >
                    <Icon name="close" />
                </button>
                <p role="status">{`${chosen.length} selected`}</p>
            </div>
            <Actions chosen={chosen} />
        </section>
    );
}

function Actions({ chosen }: { chosen: Todo[] }) {
    const set = (fields: Fields, what: string) => {
        if (chosen.length) {
            changeMany(chosen, fields, what);
            pickNone();
        }
    };
    const setDue = (text: string) => {
        const due = readDue(text, { now: now.value, weekStart: settings.value.week_start });
        if (due) {
            set({ due }, "Date changed");
        }
        return Boolean(due);
    };
    const setTag = (text: string) => {
        set({ add_tags: [text.replace(/^[@#]/, "")] }, "Tagged");
        return true;
    };
    const setPriority = (name: string) =>
        set({ priority: PRIORITIES.find((other) => other === name) }, `Priority ${name}`);
    const eraseAll = () => {
        erase(chosen);
        pickNone();
    };
    const areDone = chosen.length > 0 && chosen.every(isDone);
    const tick = () => set({ status: areDone ? "open" : "completed" }, areDone ? "Reopened" : "Completed");
    return (
        <>
            <button type="button" class="button" disabled={!chosen.length} onClick={tick}>
                {areDone ? "Reopen" : "Complete"}
            </button>
            <Choice name="Move to" options={lists.value} choose={(list) => set({ list }, `Moved to ${list}`)} />
            <Words name="Date" verb="Set date" example="friday" use={setDue} />
            <Words name="Tag" verb="Add tag" example="phone" use={setTag} />
            <Choice name="Priority" options={PRIORITIES} choose={setPriority} />
            <button type="button" class="button plain" disabled={!chosen.length} onClick={eraseAll}>
                Delete
            </button>
        </>
    );
}
