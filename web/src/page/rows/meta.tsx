// The second line of a row: when, how often, where.
import { isOverdue, showDue } from "../../list/dates.ts";
import type { Todo } from "../../list/model.ts";
import { repeatWords } from "../../list/repeat.ts";
import { now } from "../../list/store.ts";
import { isDone } from "../doing.ts";
import { Icon } from "../icons.tsx";
import { timeOf, when } from "../words.ts";

interface Props {
    todo: Todo;
    day?: string;
    isListSaid?: boolean;
}

export function Meta({ todo, day, isListSaid }: Props) {
    const { repeat, list, tags, steps, priority, notes } = todo;
    const isSaid = day !== undefined && todo.due?.startsWith(day) && !todo.status;
    const due = isSaid ? timeOf(todo.due) : todo.due && showDue(todo.due, now.value);
    const stepsDone = steps?.filter(({ done }) => done).length;
    const isStrong = priority === "high" || priority === "urgent";
    const showsList = list && !isListSaid;
    const late = todo.due && !todo.status && isOverdue(todo.due, now.value);
    return (
        <p class="meta">
            {todo.status && <span>{ended(todo)}</span>}
            {due && (
                <span class={late ? "late" : undefined}>
                    {late && <span class="hidden">Overdue: </span>}
                    {due}
                </span>
            )}
            {repeat && (
                <span>
                    <Icon name="repeat" />
                    {repeatWords(repeat, now.value)}
                </span>
            )}
            {isStrong && <span class={priority}>{priority === "high" ? "High" : "Urgent"}</span>}
            {steps && <span>{`${stepsDone} of ${steps.length}`}</span>}
            {showsList && <bdi>{list}</bdi>}
            {tags?.map((tag) => (
                <bdi key={tag} class="tag">
                    {tag}
                </bdi>
            ))}
            {notes && <span>Notes</span>}
        </p>
    );
}

function ended(todo: Todo): string {
    const at = isDone(todo) ? todo.completed_at : todo.deleted_at;
    return `${isDone(todo) ? "Done" : "Deleted"}${at ? ` ${when(at)}` : ""}`;
}
