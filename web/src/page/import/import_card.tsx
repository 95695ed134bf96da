// One import, from its file to its undo.
import { useRef } from "preact/hooks";
import { focusName, href } from "../address.ts";
import type { Import } from "./import.ts";
import { PreviewOf } from "./preview.tsx";
import { isUndo, reached, reachedWords, resultWords, whatComes } from "./words.ts";

interface Props {
    one: Import;
    isAlone: boolean; // otherwise, one button imports this and the others
}

export function ImportCard({ one, isAlone }: Props) {
    const name = useRef<HTMLHeadingElement>(null);
    const preview = one.preview.value;
    // The pressed button goes away, so the focus moves to the name.
    const run = (what: () => unknown) => () => {
        name.current?.focus();
        void what();
    };
    return (
        <section class="setting import">
            <h2 ref={name} tabIndex={-1}>
                <bdi>{one.name}</bdi>
            </h2>
            <p role="status">{stateWords(one)}</p>
            {one.problem.value && (
                <p role="alert" class="setting-problem">
                    {one.problem.value}
                </p>
            )}
            {one.isBusy.value && <Bar one={one} />}
            {preview && one.isReady && <PreviewOf one={one} preview={preview} />}
            {!one.isBusy.value && <Buttons one={one} isAlone={isAlone} run={run} />}
        </section>
    );
}

function stateWords(one: Import): string {
    const progress = one.progress.value;
    const preview = one.preview.value;
    if (one.isBusy.value) {
        const waits = one.isCut.value ? " There is no connection. It goes on by itself." : "";
        if (progress) return `${isUndo(progress) ? "Undone" : "Imported"}: ${reachedWords(progress)}.${waits}`;
        return `${preview ? "Beginning …" : "Reading the file …"}${waits}`;
    }
    // An undo does not delete the lists that an import has made (docs/API-DESIGN.md, "Undo").
    if (progress?.state === "undone")
        return `${resultWords(progress)} The lists stay. If they are empty, you can delete them.`;
    if (progress) return progress.finished ? resultWords(progress) : `It stopped at ${reachedWords(progress)}.`;
    return preview ? whatComes(preview) : "";
}

function Bar({ one }: { one: Import }) {
    const [done, all] = one.progress.value ? reached(one.progress.value) : [];
    return <progress aria-label={`Progress of ${one.name}`} max={all || undefined} value={all ? done : undefined} />;
}

function Buttons({ one, isAlone, run }: Props & { run: (what: () => unknown) => () => void }) {
    const { file } = one;
    const preview = one.preview.value;
    const progress = one.progress.value;
    const close = () => {
        one.close();
        focusName();
    };
    const begins = preview && !progress;
    return (
        <div class="import-buttons">
            {begins && isAlone && (
                <button type="button" class="button" disabled={one.isAllOut} onClick={run(() => one.add())}>
                    Import
                </button>
            )}
            {!preview && !progress && file && one.mayPass.value && (
                <button type="button" class="button plain" onClick={run(() => one.read(file))}>
                    Try again
                </button>
            )}
            {progress && !progress.finished && (
                <button type="button" class="button" onClick={run(() => one.goOn())}>
                    Go on
                </button>
            )}
            {progress && !isUndo(progress) && (
                <button type="button" class="button plain" onClick={run(() => one.undo())}>
                    Undo import
                </button>
            )}
            {progress?.finished && (
                <a class="link" href={href({ view: isUndo(progress) ? "lists" : "all" })}>
                    {isUndo(progress) ? "Show the lists" : "Show everything"}
                </a>
            )}
            {(!progress || progress.finished) && (
                <button type="button" class="button plain" onClick={close}>
                    {begins ? "Cancel" : "Close"}
                </button>
            )}
        </div>
    );
}
