// A button that asks once more before it does something.
import { useSignal } from "@preact/signals";

interface Props {
    name: string;
    question: string;
    confirmed: () => void;
}

export function Confirm({ name, question, confirmed }: Props) {
    const asked = useSignal(false);
    const set = (open: boolean) => () => {
        asked.value = open;
    };
    if (!asked.value) {
        return (
            <button type="button" class="button plain danger" onClick={set(true)}>
                {name}
            </button>
        );
    }
    const press = (event: KeyboardEvent) => {
        if (event.key === "Escape") {
            event.stopPropagation();
            asked.value = false;
        }
    };
    return (
        <div class="setting-confirm" role="group" aria-label={name} onKeyDown={press}>
            <p role="alert">{question}</p>
            <button type="button" class="button plain danger" onClick={confirmed}>
                {name}
            </button>
            <button type="button" class="button plain" ref={(button) => button?.focus()} onClick={set(false)}>
                Cancel
            </button>
        </div>
    );
}
