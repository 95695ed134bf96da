// The actions that the service did not accept. The page keeps each one until the person has decided.
import { effect } from "@preact/signals";
import type { Refused } from "../../list/model.ts";
import { discard, refused, retry, waiting } from "../../list/store.ts";
import { Conflict, elsewhere } from "./conflict.tsx";
import { actionWords, mayBeAccepted, problemWords, typedText } from "./refused_words.ts";
import { say } from "./said.tsx";

// A new message replaces the one that said that the action was done.
let waited = new Set<string>();
effect(() => {
    const fresh = refused.value.find((one) => waited.has(one.waiting.key));
    waited = new Set(waiting.value.map(({ key }) => key));
    if (fresh) say(`${notDone(fresh)}.`, { name: "Show", run: show });
});

function notDone({ waiting: { action }, current }: Refused): string {
    return current ? `Not saved yet: ${current.title}` : `Not done: ${actionWords(action)}`;
}

function show(): void {
    document.querySelector<HTMLElement>(".conflict")?.focus();
}

export function RefusedPanel() {
    return (
        <div role="status">
            {elsewhere.value.map((one) =>
                one.current ? (
                    <Conflict key={one.waiting.key} one={one} current={one.current} />
                ) : (
                    <NotDone key={one.waiting.key} one={one} />
                ),
            )}
        </div>
    );
}

function NotDone({ one }: { one: Refused }) {
    const typed = typedText(one.waiting.action);
    return (
        <section class="notice warn conflict" aria-label="A change that was not accepted" tabIndex={-1}>
            <p dir="auto">
                <b>{notDone(one)}</b>
            </p>
            <p dir="auto">{problemWords(one.problem)}</p>
            {typed && (
                <dl class="both">
                    <div>
                        <dt>What you wrote</dt>
                        <dd dir="auto">{typed}</dd>
                    </div>
                </dl>
            )}
            {mayBeAccepted(one) && (
                <button type="button" class="link" onClick={() => void retry(one)}>
                    Try again
                </button>
            )}
            <button type="button" class="link" onClick={() => void discard(one)}>
                Leave it
            </button>
        </section>
    );
}
