// One quiet line that says what has happened. Screen readers read it aloud.
import { signal } from "@preact/signals";

interface Said {
    text: string | (() => string); // a function, if more is known later
    action?: { name: string; run: () => void };
}

export const said = signal<Said | undefined>(undefined);
let timer: ReturnType<typeof setTimeout> | undefined;

// The line stays for 10 seconds, or until something else is said or begun. What it offers is also in the history.
export function say(text: Said["text"], action?: Said["action"]): void {
    clearTimeout(timer);
    said.value = { text, action };
    timer = setTimeout(hush, 10_000);
}

function hush(): void {
    clearTimeout(timer);
    said.value = undefined;
}

// The line would lie over what the person opens, or over the next todo that is typed.
function begin({ target }: Event): void {
    if (target instanceof Element && target.closest('[aria-expanded="false"], .plus, #add')) hush();
}

// Before the thing itself hears of it: then it is not open yet, and may say something.
for (const event of ["click", "input"]) addEventListener(event, begin, true);

export function SaidLine() {
    const now = said.value;
    const run = () => {
        hush();
        now?.action?.run();
    };
    return (
        <div class={now ? "said shown" : "said"}>
            <p role="status" dir="auto">
                {typeof now?.text === "function" ? now.text() : now?.text}
            </p>
            {now?.action && (
                <button type="button" class="link" onClick={run}>
                    {now.action.name}
                </button>
            )}
        </div>
    );
}
