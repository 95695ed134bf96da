// How many open todos each view has.
import { computed } from "@preact/signals";
import { group } from "../../list/dates.ts";
import { now, todos } from "../../list/store.ts";

export const counts = computed(() => {
    const lists = new Map<string, number>();
    let [overdue, today, week, all] = [0, 0, 0, 0];
    for (const { status, due, list } of todos.value.values()) {
        if (status) {
            continue;
        }
        const when = group(due, now.value);
        all++;
        overdue += when === "overdue" ? 1 : 0;
        today += when === "today" ? 1 : 0;
        week += when === "tomorrow" || when === "next_7_days" ? 1 : 0;
        lists.set(list ?? "", (lists.get(list ?? "") ?? 0) + 1);
    }
    return { overdue, today, week, all, lists };
});
