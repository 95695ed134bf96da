// A button that asks for confirmation before it acts. A second press in the same place does not confirm.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { afterRender } from "../focus.ts";

interface Props {
    name: string;
    about?: string; // where there are several of the same name
    question: string;
    no?: string;
    confirmed: () => void;
}

export function Confirm({ name, about, question, no = "Cancel", confirmed }: Props) {
    const asked = useSignal(false);
    const label = about && `${name}: ${about}`;
    const first = useRef<HTMLButtonElement>(null);
    const cancel = () => {
        asked.value = false;
        afterRender(() => first.current?.focus());
    };
    const confirm = () => {
        cancel();
        confirmed();
    };
    const press = (event: KeyboardEvent) => {
        if (event.key === "Escape") {
            event.stopPropagation();
            cancel();
        }
    };
    if (!asked.value) {
        const ask = () => {
            asked.value = true;
        };
        return (
            <button type="button" class="button plain danger" aria-label={label} ref={first} onClick={ask}>
                {name}
            </button>
        );
    }
    return (
        <fieldset class="setting-confirm" aria-label={label ?? name} onKeyDown={press}>
            <p role="alert">{question}</p>
            <button type="button" class="button plain" ref={focus} onClick={cancel}>
                {no}
            </button>
            <button type="button" class="button plain danger" onClick={confirm}>
                {name}
            </button>
        </fieldset>
    );
}

function focus(button: HTMLButtonElement | null): void {
    button?.focus();
    button?.parentElement?.scrollIntoView({ block: "nearest" });
}
