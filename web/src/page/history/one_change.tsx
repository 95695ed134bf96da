// A change: who, what, when, old → new, and its undo.
import { showDue } from "../../list/dates.ts";
import type { Change } from "../../list/model.ts";
import { now, undo } from "../../list/store.ts";
import { href } from "../address.ts";
import { say } from "../notice/said.tsx";
import { moment, when } from "../words.ts";
import "./history.css";
import { changeWords, onlyTitle } from "./change_words.ts";

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
                        <a href={href({ view: "todo", todo: change.todos?.[0]?.id })}>
                            <bdi>{single}</bdi>
                        </a>
                    )}
                    {undone_by && <span class="quiet"> – undone</span>}
                </p>
                <time dateTime={at} title={moment(at)}>
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
    const { todos = [], settings, more_todos } = change;
    return (
        <ul class="changed">
            {todos.map((todo) => (
                <li key={todo.id} dir="auto">
                    {named && (
                        <a href={href({ view: "todo", todo: todo.id })}>
                            <bdi>{todo.title}</bdi>
                        </a>
                    )}
                    {todo.changed?.map((line) => (
                        <span key={line}>{readable(line)}</span>
                    ))}
                    {todo.fields?.map((name) => (
                        <span key={name}>{readable(name)}</span>
                    ))}
                </li>
            ))}
            {settings?.map((line) => (
                <li key={line}>
                    <span>{line}</span>
                </li>
            ))}
            {more_todos ? <li class="quiet">{`and ${more_todos} more`}</li> : null}
        </ul>
    );
}

const DATE = /\d{4}-\d\d-\d\d(?:T\d\d:\d\d)?/g;

function readable(line: string): string {
    if (line.startsWith("due: ")) {
        return `date: ${line.slice(5).replace(DATE, (due) => showDue(due, now.value))}`;
    }
    return line.startsWith("position") ? "place in the list" : line;
}
