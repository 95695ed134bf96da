// A line in all other views: the progress of a running import, or an import that stopped before its end.
import { focusName, go, href } from "../address.ts";
import type { Progress } from "./api.ts";
import { imports } from "./import.ts";
import { openImports, takeUp } from "./imports.ts";
import { isUndo, reachedWords } from "./words.ts";

export function ImportLine() {
    const running = imports.value.find((one) => one.isBusy.value && one.progress.value);
    const progress = running?.progress.value;
    const open = openImports()[0];
    return (
        <div role="status">
            {progress ? (
                <div class="notice">
                    <p>
                        {isUndo(progress) ? "Undoing the import of " : "Importing "}
                        <bdi>{progress.file}</bdi>: {reachedWords(progress)}
                    </p>
                    <a class="link" href={href({ view: "import" })}>
                        Show
                    </a>
                </div>
            ) : (
                open && <Open one={open} />
            )}
        </div>
    );
}

function Open({ one }: { one: Progress }) {
    const run = (undoes: boolean) => {
        const up = takeUp(one);
        void (undoes ? up.undo() : up.goOn());
        go({ view: "import" });
        focusName();
    };
    return (
        <div class="notice warn">
            <p>
                {isUndo(one) ? "The undo of the import of " : "The import of "}
                <bdi>{one.file}</bdi>
                {` stopped at ${reachedWords(one)}.`}
            </p>
            <button type="button" class="link" onClick={() => run(false)}>
                Go on
            </button>
            {!isUndo(one) && (
                <button type="button" class="link" onClick={() => run(true)}>
                    Undo
                </button>
            )}
        </div>
    );
}
