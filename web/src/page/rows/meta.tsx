// The second line of a row: the due date, the repetition, the list and other fields.
import { isOverdue, showDue, showTime } from "../../list/dates.ts";
import type { Step, Todo } from "../../list/model.ts";
import { repeatWords } from "../../list/repeat.ts";
import { now } from "../../list/store.ts";
import { isDone } from "../doing.ts";
import { Icon } from "../icons.tsx";
import { count, when } from "../words.ts";

interface Props {
    todo: Todo;
    day?: string;
    isListSaid?: boolean;
}

export function Meta({ todo, day, isListSaid }: Props) {
    const { repeat, list, tags, steps, priority, notes } = todo;
    const isSaid = day !== undefined && todo.due?.startsWith(day) && !todo.status;
    const due = isSaid ? timeOf(todo.due) : todo.due && showDue(todo.due, now.value);
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
            {steps && <span>{stepsWords(steps)}</span>}
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

function timeOf(due = ""): string {
    return due.includes("T") ? showTime(due) : "";
}

// The number of steps. As soon as one step is done, also the number of done steps.
function stepsWords(steps: readonly Step[]): string {
    const done = steps.filter((step) => step.done).length;
    const all = count(steps.length, "step");
    return done ? `${done} of ${all}` : all;
}

function ended(todo: Todo): string {
    const at = isDone(todo) ? todo.completed_at : todo.deleted_at;
    return `${isDone(todo) ? "Done" : "Deleted"}${at ? ` ${when(at)}` : ""}`;
}
