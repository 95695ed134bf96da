// An import in the history: who, how many todos, when, and its undo.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { showMoment } from "../../list/dates.ts";
import { now } from "../../list/store.ts";
import { focusName, go } from "../address.ts";
import type { Progress } from "../import/api.ts";
import { bring } from "../parts/parts.ts";
import { count, whenOnDay } from "../words.ts";
import type { ImportEntry } from "./import_changes.ts";
import { Who } from "./who.tsx";

export function OneImport({ entry }: { entry: ImportEntry }) {
    const { at, by, isUndone } = entry;
    const record = useSignal<Progress | undefined>(undefined);
    useEffect(() => {
        void recordOf(entry.import).then((found) => {
            record.value = found;
        });
    }, [entry.import, at]);
    const progress = record.value;
    const number = progress ? (progress.added ?? 0) + (progress.updated ?? 0) : entry.todos;
    const words = `imported ${count(number, "todo")}`;
    const undo = async () => {
        const own = await bring("own");
        if (!own || !progress) return;
        void own.takeUp(progress).undo();
        go({ view: "import" });
        focusName();
    };
    return (
        <li class={isUndone ? "change undone" : "change"}>
            <div class="change-head">
                <p dir="auto">
                    <Who by={by} />
                    {by ? words : words.replace("i", "I")}
                    {progress && (
                        <>
                            {" from "}
                            <bdi>{progress.file}</bdi>
                        </>
                    )}
                    {isUndone && <span class="quiet"> – undone</span>}
                </p>
                <time dateTime={at} title={showMoment(at, now.value)}>
                    {whenOnDay(at)}
                </time>
                {progress && !isUndone && (
                    <button type="button" class="link" onClick={() => void undo()}>
                        Undo
                        <span class="hidden">{`: ${words}`}</span>
                    </button>
                )}
            </div>
        </li>
    );
}

async function recordOf(id: string): Promise<Progress | undefined> {
    const own = await bring("own");
    const all = await own?.allImports().catch(() => []);
    return all?.find((one) => one.import === id);
}
