// One line with a message about the last action. Screen readers read it aloud.
import { signal } from "@preact/signals";

interface Said {
    text: string | (() => string); // a function, if more is known later
    action?: { name: string; run: () => void };
}

export const said = signal<Said | undefined>(undefined);
let timer: ReturnType<typeof setTimeout> | undefined;

// The line stays for 10 seconds, or until the next message, or until the person begins something else. The history
// offers the undo too.
export function say(text: Said["text"], action?: Said["action"]): void {
    clearTimeout(timer);
    said.value = { text, action };
    timer = setTimeout(hush, 10_000);
}

function hush(): void {
    clearTimeout(timer);
    said.value = undefined;
}

// Hides the line when the person opens something or types the next todo, because the line could lie over it.
function begin({ target }: Event): void {
    if (target instanceof Element && target.closest('[aria-expanded="false"], .plus, #add')) hush();
}

// This handler runs in the capture phase, before the handlers of the element: the element is not open yet, and its
// handler may show a new message.
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
