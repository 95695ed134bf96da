// The effects that an import would have. The person decides with this preview.
import { Meta } from "../rows/meta.tsx";
import { count, figure } from "../words.ts";
import type { Preview } from "./api.ts";
import type { Import } from "./import.ts";
import { ListsChoice } from "./lists_choice.tsx";

export function PreviewOf({ one, preview }: { one: Import; preview: Preview }) {
    return (
        <>
            <Broken preview={preview} />
            <Here one={one} preview={preview} />
            <ListsChoice one={one} preview={preview} />
            {preview.lost.length > 0 && <h3>What will not be the same</h3>}
            {preview.lost.map(({ what, means, todos, at }) => (
                <Places key={what} words={`${count(todos, "todo")}: ${means}`} places={at} all={todos} />
            ))}
            <First one={one} preview={preview} />
        </>
    );
}

function Broken({ preview: { broken, broken_total, unreadable_characters } }: { preview: Preview }) {
    const places = broken.map(({ at, reason }) => `${at}: ${reason}`);
    const words = `${count(broken_total, "part of the file stays out, as it", "parts of the file stay out, as they")} cannot be read.`;
    return (
        <>
            {broken_total > 0 && <Places words={words} places={places} all={broken_total} />}
            {unreadable_characters && <p>Some letters of the file cannot be read. They are shown as “�”.</p>}
        </>
    );
}

// A sentence about some todos. Their places in the file are hidden until the person opens the sentence.
function Places({ words, places, all }: { words: string; places: string[]; all: number }) {
    return (
        <details>
            <summary>{words}</summary>
            <ul class="import-notes">
                {places.map((place) => (
                    <li key={place}>{place}</li>
                ))}
                {places.length < all && <li>{`and ${figure(all - places.length)} more`}</li>}
            </ul>
        </details>
    );
}

function Here({ one, preview: { same, different, changed_here } }: { one: Import; preview: Preview }) {
    return (
        <>
            {same > 0 && <p>{`${count(same, "todo is", "todos are")} here already.`}</p>}
            {changed_here > 0 && (
                <p>{`${count(changed_here, "todo was", "todos were")} changed here since the last import, and will not be touched.`}</p>
            )}
            {different > 0 && (
                <div class="setting-fields">
                    <label>
                        <span>{`${count(different, "todo is", "todos are")} here with other content`}</span>
                        <select
                            class="field"
                            value={one.takesFile.value ? "file" : "here"}
                            onChange={(event) => {
                                one.takesFile.value = event.currentTarget.value === "file";
                            }}
                        >
                            <option value="here">Leave as they are</option>
                            <option value="file">Take from the file</option>
                        </select>
                    </label>
                </div>
            )}
        </>
    );
}

function First({ one, preview: { first, todos, lists } }: { one: Import; preview: Preview }) {
    const chosen = first.map((todo) => ({ ...todo, list: one.lists.value.get(todo.list ?? "") ?? todo.list }));
    return (
        <>
            <h3>{first.length < todos ? `The first ${first.length} todos, as they will be` : "As they will be"}</h3>
            <ul class="import-first">
                {chosen.map((todo) => (
                    <li key={todo.id} class={todo.list ? todo.status : "out"}>
                        <bdi>{todo.title}</bdi>
                        {todo.list ? (
                            <Meta todo={todo} isListSaid={lists.length === 1} />
                        ) : (
                            <p class="meta">Left out</p>
                        )}
                    </li>
                ))}
            </ul>
        </>
    );
}
