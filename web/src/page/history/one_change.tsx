// One change in the history: the program, the action, the time, the old and new values, and the undo.
import { showMoment } from "../../list/dates.ts";
import type { Change } from "../../list/model.ts";
import { now } from "../../list/store.ts";
import { href } from "../address.ts";
import { undoChange } from "../doing.ts";
import { when, whenOnDay } from "../words.ts";
import { plainLines, plainName } from "./change_lines.ts";
import { changeWords, onlyTitle, saysStatus, total, touched } from "./change_words.ts";
import { Who } from "./who.tsx";

interface Props {
    change: Change;
    after: () => void;
    of?: string; // in the history of this todo: without its title
}

// In the history of one todo, a change of an import has no undo, because the service would undo the whole import.
export function OneChange({ change, after, of }: Props) {
    const { at, by, undone_by } = change;
    const single = onlyTitle(change);
    const all = of && total(change) > 1 ? ` all ${total(change)}` : "";
    const take = async () => {
        await undoChange(change);
        after();
    };
    return (
        <li class={undone_by ? "change undone" : "change"}>
            <div class="change-head">
                <p dir="auto">
                    <Who by={by} />
                    {changeWords(change, single && "")}{" "}
                    {single && !of && (
                        <a href={href({ view: "todo", todo: touched(change)[0]?.id })}>
                            <bdi>{single}</bdi>
                        </a>
                    )}
                    {undone_by && <span class="quiet"> – undone</span>}
                </p>
                <time dateTime={at} title={showMoment(at, now.value)}>
                    {of ? when(at) : whenOnDay(at)}
                </time>
                {!change.import && (
                    <button type="button" class="link" onClick={() => void take()}>
                        {(undone_by ? "Redo" : "Undo") + all}
                        <span class="hidden">{`: ${changeWords(change)}`}</span>
                    </button>
                )}
            </div>
            <Details change={change} named={!single} of={of} />
        </li>
    );
}

function Details({ change, named, of }: { change: Change; named: boolean; of?: string }) {
    const { todos = [], settings = [], more_todos } = change;
    const isSaid = saysStatus(change);
    const hasOld = todos.some(({ added }) => !added);
    return (
        <ul class="changed">
            {todos.map(({ id, title, added, changed = [], fields = [] }) => (
                <li key={id} dir="auto">
                    {named && id !== of && (
                        <a href={href({ view: "todo", todo: id })}>
                            <bdi>{title}</bdi>
                        </a>
                    )}
                    {(!of || id === of) &&
                        [...plainLines(changed, now.value, isSaid), ...fields.map(plainName)].map((line) => (
                            <span key={line}>{line}</span>
                        ))}
                    {added && hasOld && <span>The next one is in the list</span>}
                </li>
            ))}
            {plainLines(settings, now.value).map((line) => (
                <li key={line}>{line}</li>
            ))}
            {more_todos ? <li class="quiet">{`and ${more_todos} more`}</li> : null}
        </ul>
    );
}
