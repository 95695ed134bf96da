// The list of keys.

import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import "./keys_help.css";

const KEYS: [keys: string[], what: string][] = [
    [["n"], "Add a todo"],
    [["j", "k"], "Next, previous todo (or the arrows)"],
    [["Enter"], "Open"],
    [["Space", "c"], "Complete or reopen"],
    [["x"], "Select"],
    [["Alt", "↑"], "Move up in a list (or ↓)"],
    [["u"], "Undo (or Ctrl Z)"],
    [["Ctrl", "Shift", "Z"], "Redo"],
    [["/"], "Search"],
    [["g", "t"], "Go to Today"],
    [["g", "w"], "Next 7 days"],
    [["g", "a"], "Everything"],
    [["g", "l"], "Lists"],
    [["g", "h"], "History"],
    [["Esc"], "Close, or cancel what is typed"],
    [["?"], "These keys"],
];

const shown = signal(false);

export function showKeys(): void {
    shown.value = true;
}

export function KeysHelp() {
    const dialog = useRef<HTMLDialogElement>(null);
    const isShown = shown.value;
    useLayoutEffect(() => {
        if (isShown) {
            dialog.current?.showModal();
        }
    }, [isShown]);
    if (!isShown) {
        return null;
    }
    return (
        <dialog
            ref={dialog}
            class="keys"
            aria-labelledby="keys-title"
            onClose={() => {
                shown.value = false;
            }}
        >
            <h2 id="keys-title">Keyboard shortcuts</h2>
            <dl>
                {KEYS.map(([keys, what]) => (
                    <div key={what}>
                        <dt>
                            {keys.map((key) => (
                                <kbd key={key}>{key}</kbd>
                            ))}
                        </dt>
                        <dd>{what}</dd>
                    </div>
                ))}
            </dl>
            <form method="dialog">
                <button type="submit" class="button plain">
                    Close
                </button>
            </form>
        </dialog>
    );
}
