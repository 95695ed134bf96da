import { capital } from "../../list/repeat.ts";
import { change, PRIORITIES } from "../doing.ts";
import type { FieldProps } from "./pills.tsx";

export function PriorityField({ todo, done }: FieldProps) {
    return (
        <div class="pills">
            {PRIORITIES.map((priority) => (
                <button
                    key={priority}
                    type="button"
                    class={`pill ${priority}`}
                    aria-pressed={priority === (todo.priority ?? "normal")}
                    onClick={() => {
                        change(todo, { priority }, `Priority ${priority}`);
                        done();
                    }}
                >
                    {capital(priority)}
                </button>
            ))}
        </div>
    );
}
