// What a program has changed last, with its undo: one line.
import { signal } from "@preact/signals";
import { programChange, undo } from "../../list/store.ts";
import { href } from "../address.ts";
import { changeWords } from "../history/change_words.ts";
import { Icon } from "../icons.tsx";
import { when } from "../words.ts";
import { say } from "./said.tsx";
import "./latest_change.css";

const KEY = "latest-change-seen";
const seen = signal(localStorage.getItem(KEY));

function dismiss(id: string): void {
    localStorage.setItem(KEY, id);
    seen.value = id;
}

export function LatestChange() {
    const change = programChange.value;
    if (!change || change.id === seen.value || ("undone_by" in change && change.undone_by)) {
        return null;
    }
    const words = changeWords(change);
    const take = async () => {
        dismiss(change.id);
        await undo(change.id);
        say(`Undone: ${words}`);
    };
    return (
        <div class="latest">
            <a dir="auto" href={href({ view: "history" })}>
                {change.by && (
                    <b>
                        <bdi>{change.by}</bdi>{" "}
                    </b>
                )}
                {words}
            </a>
            <time dateTime={change.at}>{when(change.at)}</time>
            <button type="button" class="link" onClick={() => void take()}>
                Undo
            </button>
            <button type="button" class="plain-icon" aria-label="Hide this line" onClick={() => dismiss(change.id)}>
                <Icon name="close" />
            </button>
        </div>
    );
}
