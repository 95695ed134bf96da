// The controls of the bar of a selection.
import { useSignal } from "@preact/signals";

interface ChoiceProps {
    name: string;
    options: readonly string[];
    choose: (option: string) => void;
}

export function Choice({ name, options, choose }: ChoiceProps) {
    return (
        <select class="field" aria-label={name} value="" onChange={(event) => choose(event.currentTarget.value)}>
            <option value="" disabled>
                {name}
            </option>
            {options.map((option) => (
                <option key={option} value={option}>
                    {option}
                </option>
            ))}
        </select>
    );
}

interface WordsProps {
    name: string;
    verb: string;
    example: string;
    use: (text: string) => boolean;
}

export function Words({ name, verb, example, use }: WordsProps) {
    const wrong = useSignal(false);
    const used = useSignal(false);
    const setUsed = (event: Event) => {
        used.value = event.type === "focus";
    };
    const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
        event.preventDefault();
        const field = event.currentTarget.querySelector("input");
        wrong.value = Boolean(field?.value.trim()) && !use(field?.value.trim() ?? "");
    };
    return (
        <form onSubmit={submit}>
            <input
                class="field"
                dir="auto"
                aria-label={`${name} for all`}
                aria-invalid={wrong.value}
                placeholder={used.value ? example : name}
                enterkeyhint="done"
                onFocus={setUsed}
                onBlur={setUsed}
            />
            <button type="submit" class="button plain" onMouseDown={keepFocus}>
                {verb}
            </button>
            {wrong.value && (
                <p class="wrong" role="alert">
                    {`This cannot be read. Try: ${example}`}
                </p>
            )}
        </form>
    );
}

// Keeps the focus in the field when the person presses the button. Some browsers move the focus to the pressed button,
// and the button is visible only while the field has the focus.
function keepFocus(event: Event): void {
    event.preventDefault();
}
