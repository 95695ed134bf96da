// The history: the person or program, the action and the time of each change of the last 30 days.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { showDue } from "../../list/dates.ts";
import type { Change } from "../../list/model.ts";
import { history, now } from "../../list/store.ts";
import { address, go } from "../address.ts";
import { Head } from "../shell/head.tsx";
import { onClock } from "../words.ts";
import { entriesOf, type ImportEntry, isImport } from "./import_changes.ts";
import { OneChange } from "./one_change.tsx";
import { OneImport } from "./one_import.tsx";
import { usePages } from "./pages.ts";

export function HistoryView() {
    const { by } = address.value;
    const names = useSignal<string[]>(by ? [by] : []);
    const { items, failed, more, again } = usePages(`changes ${by}`, async (cursor) => {
        const { changes, next_cursor } = await history(by ? { by } : {}, cursor);
        return { items: changes, next: next_cursor };
    });
    const list = items.value;
    useEffect(() => {
        names.value = [...new Set([...names.value, ...(list ?? []).flatMap((change) => change.by ?? [])])];
    }, [list]);
    return (
        <>
            <Head title="History" note="the last 30 days">
                {names.value.length > 0 && (
                    <select
                        class="field"
                        aria-label="Who"
                        value={by ?? ""}
                        onChange={(event) =>
                            go({ view: "history", by: event.currentTarget.value || undefined }, "replace")
                        }
                    >
                        <option value="">Who: all</option>
                        {names.value.map((name) => (
                            <option key={name} value={name}>
                                {name}
                            </option>
                        ))}
                    </select>
                )}
            </Head>
            {failed.value && !list && <p class="empty">The history needs a connection.</p>}
            {list?.length === 0 && <p class="empty">Nothing has happened yet.</p>}
            {[...byDay(entriesOf(list ?? []))].map(([day, entries]) => (
                <section key={day} class="part">
                    <h2>{showDue(day, now.value)}</h2>
                    <ul class="changes">
                        {entries.map((entry) =>
                            isImport(entry) ? (
                                <OneImport key={entry.import} entry={entry} />
                            ) : (
                                <OneChange key={entry.id} change={entry} after={again} />
                            ),
                        )}
                    </ul>
                </section>
            ))}
            {more && (
                <button type="button" class="link" onClick={more}>
                    Older changes
                </button>
            )}
        </>
    );
}

function byDay<T extends Change | ImportEntry>(entries: readonly T[]): Map<string, T[]> {
    const days = new Map<string, T[]>();
    for (const entry of entries) {
        const day = onClock(entry.at).slice(0, 10);
        days.set(day, [...(days.get(day) ?? []), entry]);
    }
    return days;
}
