// A change: who, what, when, old → new, and its undo.
import { showMoment } from "../../list/dates.ts";
import type { Change } from "../../list/model.ts";
import { now, undo } from "../../list/store.ts";
import { href } from "../address.ts";
import { say } from "../notice/said.tsx";
import { when } from "../words.ts";
import "./history.css";
import { plainLines, plainName } from "./change_lines.ts";
import { changeWords, onlyTitle, saysStatus, touched } from "./change_words.ts";

interface Props {
    change: Change;
    after: () => void;
    plain?: boolean; // of one todo: without its title
}

export function OneChange({ change, after, plain }: Props) {
    const { id, at, by, undone_by } = change;
    const single = onlyTitle(change);
    const take = async () => {
        await undo(undone_by ?? id);
        say(undone_by ? "Done again." : `Undone: ${changeWords(change)}`);
        after();
    };
    return (
        <li class={undone_by ? "change undone" : "change"}>
            <div class="change-head">
                <p dir="auto">
                    {by && (
                        <>
                            <b>
                                <bdi>{by}</bdi>
                            </b>{" "}
                        </>
                    )}
                    {changeWords(change, single && "")}{" "}
                    {single && !plain && (
                        <a href={href({ view: "todo", todo: touched(change)[0]?.id })}>
                            <bdi>{single}</bdi>
                        </a>
                    )}
                    {undone_by && <span class="quiet"> – undone</span>}
                </p>
                <time dateTime={at} title={showMoment(at, now.value)}>
                    {when(at)}
                </time>
                <button type="button" class="link" onClick={() => void take()}>
                    {undone_by ? "Redo" : "Undo"}
                    <span class="hidden">{`: ${changeWords(change)}`}</span>
                </button>
            </div>
            <Details change={change} named={!plain && !single} />
        </li>
    );
}

function Details({ change, named }: { change: Change; named: boolean }) {
    const { todos = [], settings = [], more_todos } = change;
    const isSaid = saysStatus(change);
    const hasOld = todos.some(({ added }) => !added);
    return (
        <ul class="changed">
            {todos.map(({ id, title, added, changed = [], fields = [] }) => (
                <li key={id} dir="auto">
                    {named && (
                        <a href={href({ view: "todo", todo: id })}>
                            <bdi>{title}</bdi>
                        </a>
                    )}
                    {[...plainLines(changed, now.value, isSaid), ...fields.map(plainName)].map((line) => (
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
