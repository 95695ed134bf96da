// One quiet line that says what has happened. Screen readers read it aloud.
import { signal } from "@preact/signals";

interface Said {
    text: string;
    action?: { name: string; run: () => void };
}

const said = signal<Said | undefined>(undefined);
let timer: ReturnType<typeof setTimeout> | undefined;

// The line stays for 10 seconds, or until something else is said. What it offers is also in the history.
export function say(text: string, action?: Said["action"]): void {
    clearTimeout(timer);
    said.value = { text, action };
    timer = setTimeout(() => {
        said.value = undefined;
    }, 10_000);
}

function hush(): void {
    clearTimeout(timer);
    said.value = undefined;
}

export function SaidLine() {
    const now = said.value;
    const run = () => {
        hush();
        now?.action?.run();
    };
    return (
        <div class={now ? "said shown" : "said"}>
            <p role="status" dir="auto">
                {now?.text}
            </p>
            {now?.action && (
                <button type="button" class="link" onClick={run}>
                    {now.action.name}
                </button>
            )}
        </div>
    );
}
