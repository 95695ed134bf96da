// The page for a person who is not signed in.
import { signal, useSignal } from "@preact/signals";
import { ApiProblem } from "../../list/request.ts";
import { session, signInWithKey, waiting } from "../../list/store.ts";
import { base } from "../address.ts";
import { count } from "../words.ts";

// Whether the person has just signed out here. Then the page says that the todos are safe.
export const hasLeft = signal(false);

export function SignedOut() {
    document.title = "Todos";
    const to = encodeURIComponent(`${location.pathname.slice(base.length)}${location.search}`);
    return (
        <main class="signed-out">
            <h1>Your todos, kept by your assistant</h1>
            <p>
                {hasLeft.value
                    ? "You are signed out. Your todos are safe."
                    : "Tell ChatGPT, Claude or another assistant what you have to do. It writes the list, and here you look at it, tick things off, correct them and find them again. Everything can be undone for 30 days."}
            </p>
            {waiting.value.length > 0 && (
                <p class="waits">
                    {count(waiting.value.length, "change is", "changes are")} kept in this browser, and will be sent
                    when you have signed in again.
                </p>
            )}
            {session.value?.authentication === "api_key" ? (
                <KeyForm />
            ) : (
                <a class="button" href={`${base}/sign-in?return_to=${to}`}>
                    Sign in
                </a>
            )}
            <a class="button plain" href={`${base}/connect`}>
                Connect an assistant
            </a>
            <p class="small">
                <a href={`${base}/privacy`}>Privacy</a>
            </p>
        </main>
    );
}

function KeyForm() {
    const wrong = useSignal("");
    const busy = useSignal(false);
    const submit = async (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        busy.value = true;
        try {
            await signInWithKey(String(data.get("key")).trim(), data.has("keep"));
            hasLeft.value = false;
        } catch (error) {
            const isWrong = error instanceof ApiProblem && error.problem.status === 401;
            wrong.value = isWrong
                ? "This key is not right, or it is no longer valid."
                : "That did not work. Try it again.";
        }
        busy.value = false;
    };
    return (
        <form class="key-form" onSubmit={(event) => void submit(event)}>
            <label>
                API key
                <input
                    class="field"
                    name="key"
                    type="password"
                    autocomplete="current-password"
                    required
                    aria-invalid={Boolean(wrong.value)}
                    aria-describedby="key-note key-problem"
                />
            </label>
            <p id="key-note" class="small">
                An API key is a long password that begins with <b>todo_</b>. You get it from the person who runs this
                service.
            </p>
            <label class="line">
                <input type="checkbox" name="keep" />
                Keep me signed in on this device
            </label>
            <p id="key-problem" class="problem" role="alert">
                {wrong.value}
            </p>
            <button type="submit" class="button" disabled={busy.value}>
                Sign in
            </button>
        </form>
    );
}
