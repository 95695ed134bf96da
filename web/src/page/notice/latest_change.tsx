// The latest change of a program, with its undo, and the number of changes before it.
import { signal } from "@preact/signals";
import { dayFrom, iso } from "../../list/civil.ts";
import type { Change } from "../../list/model.ts";
import { now, programChanges } from "../../list/store.ts";
import { href } from "../address.ts";
import { undoChange } from "../doing.ts";
import { changeWords, total, touched } from "../history/change_words.ts";
import { Who } from "../history/who.tsx";
import { Icon } from "../icons.tsx";
import { onClock, when } from "../words.ts";
import { said } from "./said.tsx";

const KEY = "latest-change-seen";
const seen = signal(localStorage.getItem(KEY));
const MOST_TITLES = 2;

function dismiss(id: string): void {
    localStorage.setItem(KEY, id);
    seen.value = id;
}

export function LatestChange() {
    const all = programChanges.value;
    const old = all.findIndex(({ id }) => id === seen.value);
    const [change, ...others] = old < 0 ? all : all.slice(0, old);
    if (!change || change.undone_by) {
        return null;
    }
    const take = () => {
        dismiss(change.id);
        void undoChange(change);
    };
    return (
        <div class="latest">
            <a dir="auto" href={href({ view: "history" })}>
                <Who by={change.by} />
                {words(change) + more(others)}
            </a>
            <div>
                <time dateTime={change.at}>{when(change.at)}</time>
                {/* While the line of messages has an undo too, a person could confuse the two. */}
                {!said.value?.action && (
                    <button type="button" class="link" onClick={take}>
                        Undo
                    </button>
                )}
                <button type="button" class="plain-icon" aria-label="Hide this line" onClick={() => dismiss(change.id)}>
                    <Icon name="close" />
                </button>
            </div>
        </div>
    );
}

// The words about a change. If it has only few todos, the words contain their titles, because people undo only what
// they can read.
function words(change: Change): string {
    const titles = total(change) > MOST_TITLES ? [] : touched(change).map(({ title }) => title);
    return changeWords(change, titles.join(" and ") || undefined);
}

function more(others: readonly Change[]): string {
    const yesterday = iso(dayFrom(now.value.date) - 1);
    const number = others.filter(({ at, undone_by }) => !undone_by && onClock(at) > yesterday).length;
    return number ? `, and ${number} more ${number === 1 ? "change" : "changes"} since yesterday` : "";
}
