// A change: who, what, when, old → new, and its undo.
import type { Change } from "../../list/model.ts";
import { undo } from "../../list/store.ts";
import { href } from "../address.ts";
import { say } from "../notice/said.tsx";
import { moment, when } from "../words.ts";
import { changeWords } from "./change_words.ts";
import "./history.css";

interface Props {
    change: Change;
    after: () => void;
    plain?: boolean; // of one todo: without its title
}

export function OneChange({ change, after, plain }: Props) {
    const { id, at, by, todos = [], more_todos, settings, undone_by } = change;
    const take = async () => {
        await undo(undone_by ?? id);
        say(undone_by ? "Done again." : `Undone: ${changeWords(change)}`);
        after();
    };
    return (
        <li class={undone_by ? "change undone" : "change"}>
            <div class="change-head">
                <p dir="auto">
                    <b>
                        <bdi>{by ?? "You"}</bdi>
                    </b>{" "}
                    {changeWords(change)}
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
            <ul class="changed">
                {todos.map((todo) => (
                    <li key={todo.id} dir="auto">
                        {!plain && (
                            <a href={href({ view: "todo", todo: todo.id })}>
                                <bdi>{todo.title}</bdi>
                            </a>
                        )}
                        {todo.changed?.map((line) => (
                            <span key={line}>{line}</span>
                        ))}
                        {todo.fields?.map((name) => (
                            <span key={name}>{name}</span>
                        ))}
                        {todo.added && <span>added</span>}
                    </li>
                ))}
                {settings?.map((line) => (
                    <li key={line}>
                        <span>{line}</span>
                    </li>
                ))}
                {more_todos ? <li class="quiet">{`and ${more_todos} more`}</li> : null}
            </ul>
        </li>
    );
}
