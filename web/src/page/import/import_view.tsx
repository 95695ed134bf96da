// The view "Import": chooses files, and shows the imports of the last 30 days.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { focusName } from "../address.ts";
import { Head } from "../shell/head.tsx";
import { count } from "../words.ts";
import type { Progress } from "./api.ts";
import { Chooser } from "./chooser.tsx";
import { imports, kept } from "./import.ts";
import { ImportCard } from "./import_card.tsx";
import { isOpen, look, takeUp } from "./imports.ts";
import { OFFLINE, reachedWords, resultWords } from "./words.ts";

export function ImportView() {
    const isOffline = useSignal(false);
    useEffect(() => {
        look().catch(() => {
            isOffline.value = true;
        });
    }, []);
    const ready = imports.value.filter((one) => one.isReady);
    const wanted = ready.filter((one) => !one.isAllOut);
    const addAll = () => {
        for (const one of wanted) void one.add();
        focusName();
    };
    return (
        <>
            <Head title="Bring todos from elsewhere" />
            <section class="setting">
                <Chooser />
                <p role="status" class="setting-problem">
                    {isOffline.value && OFFLINE}
                </p>
            </section>
            {imports.value.map((one) => (
                <ImportCard key={one.key} one={one} isAlone={ready.length < 2} />
            ))}
            {ready.length > 1 && (
                <section class="setting">
                    <button type="button" class="button" disabled={!wanted.length} onClick={addAll}>
                        {`Import ${count(wanted.length, "file")}`}
                    </button>
                </section>
            )}
            <Earlier />
        </>
    );
}

function Earlier() {
    const here = new Set(imports.value.map(({ id }) => id));
    const earlier = kept.value.filter((one) => one.done !== undefined && !here.has(one.import));
    if (earlier.length === 0) {
        return null;
    }
    return (
        <section class="setting">
            <h2>Imported in the last 30 days</h2>
            <ul class="setting-list">
                {earlier.map((one) => (
                    <OneEarlier key={one.import} one={one} />
                ))}
            </ul>
        </section>
    );
}

function OneEarlier({ one }: { one: Progress }) {
    const { file, state } = one;
    return (
        <li>
            <div>
                <strong>
                    <bdi>{file}</bdi>
                </strong>
                <p class="setting-note">{isOpen(one) ? `It stopped at ${reachedWords(one)}.` : resultWords(one)}</p>
            </div>
            {isOpen(one) && (
                <button
                    type="button"
                    class="button plain"
                    aria-label={`Go on: ${file}`}
                    onClick={() => void takeUp(one).goOn()}
                >
                    Go on
                </button>
            )}
            {(state === "imported" || state === "importing") && (
                <button
                    type="button"
                    class="button plain"
                    aria-label={`Undo import: ${file}`}
                    onClick={() => void takeUp(one).undo()}
                >
                    Undo import
                </button>
            )}
        </li>
    );
}
