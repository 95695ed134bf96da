import { Icon } from "../icons.tsx";
import { pickNone, selecting } from "./selection.ts";

export function SelectButton() {
    const toggle = () => {
        if (selecting.value) {
            pickNone();
        } else {
            selecting.value = true;
        }
    };
    return (
        <button type="button" class="tool" aria-pressed={selecting.value} onClick={toggle}>
            <Icon name="select" />
            Select
        </button>
    );
}
