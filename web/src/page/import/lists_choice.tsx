// The choice of a target list for the todos of each list of a file.
import { lists } from "../../list/store.ts";
import type { ListPreview, Preview } from "./api.ts";
import type { Import } from "./import.ts";
import { listWords } from "./words.ts";

export function ListsChoice({ one, preview }: { one: Import; preview: Preview }) {
    return (
        <>
            <h3>Lists</h3>
            <ul class="setting-list">
                {preview.lists.map((list) => (
                    <OneList key={list.list} one={one} list={list} />
                ))}
            </ul>
        </>
    );
}

function OneList({ one, list }: { one: Import; list: ListPreview }) {
    const { list: name } = list;
    const others = lists.value.filter((other) => other.toLowerCase() !== name.toLowerCase());
    const isNew = others.length === lists.value.length;
    const choose = (to: string) => {
        one.lists.value = new Map(one.lists.value).set(name, to);
    };
    return (
        <li>
            <div>
                <strong>
                    <bdi>{name}</bdi>
                </strong>
                <p class="setting-note">{listWords(list)}</p>
            </div>
            <select
                class="field"
                aria-label={`Where the todos of ${name} go`}
                value={one.lists.value.get(name) ?? name}
                onChange={(event) => choose(event.currentTarget.value)}
            >
                <option value={name}>{isNew ? `${name} (new list)` : name}</option>
                {others.map((other) => (
                    <option key={other} value={other}>
                        {other}
                    </option>
                ))}
                <option value="">Leave out</option>
            </select>
        </li>
    );
}
