// Erases everything that the service has of the person. Nobody can undo this.
import { useSignal } from "@preact/signals";
import { signOut } from "../../list/store.ts";
import { base } from "../address.ts";
import { ask, type Erased, isOldSignIn, reason } from "./ask.ts";
import { showErased } from "./erased.tsx";

const WORD = "delete";
// One request erases todos for some seconds, so the page repeats it. If it needs more requests than this, something is
// wrong.
const MOST_REQUESTS = 500;

export function Erase() {
    const typed = useSignal("");
    const state = useSignal<"ready" | "busy" | "old">("ready");
    const problem = useSignal("");
    const isSure = typed.value.trim().toLowerCase() === WORD;
    const run = async (event: Event) => {
        event.preventDefault();
        if (!isSure || state.value === "busy") {
            return;
        }
        state.value = "busy";
        problem.value = "";
        try {
            showErased(await eraseAll());
            state.value = "ready";
            await signOut();
        } catch (error) {
            state.value = isOldSignIn(error) ? "old" : "ready";
            problem.value = isOldSignIn(error) ? "" : reason(error);
        }
    };
    return (
        <form class="setting-fields" onSubmit={run}>
            <p>
                All todos, lists, settings and the history go at once and for good, and all programs lose their access.
                Save a copy before, if you may want something back.
            </p>
            <label>
                <span>{`To confirm, type the word “${WORD}”`}</span>
                <input
                    class="field"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck={false}
                    onInput={({ currentTarget }) => {
                        typed.value = currentTarget.value;
                    }}
                />
            </label>
            <button type="submit" class="button danger-full" disabled={!isSure} aria-busy={state.value === "busy"}>
                {state.value === "busy" ? "Deleting…" : "Delete everything"}
            </button>
            <p role="alert" class="setting-problem">
                {problem.value}
                {state.value === "old" && <SignInAgain />}
            </p>
        </form>
    );
}

function SignInAgain() {
    return (
        <>
            Nothing was deleted. Your sign-in is too old for this:{" "}
            <a href={`${base}/sign-in?return_to=/settings`}>sign in again</a>, and delete within 10 minutes.
        </>
    );
}

async function eraseAll(): Promise<string[]> {
    for (let requests = 0; requests < MOST_REQUESTS; requests++) {
        const { erased, kept = [] } = await ask<Erased>("DELETE", "/account?confirm=erase-everything");
        if (erased) {
            return kept;
        }
    }
    throw new Error("The erasure does not end.");
}
