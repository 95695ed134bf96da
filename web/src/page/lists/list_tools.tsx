import { lists } from "../../list/store.ts";
import { Confirm } from "../settings/confirm.tsx";
import { counts } from "../shell/counts.ts";
import { count } from "../words.ts";
import { deleteList, mergeList, renameList } from "./list_actions.ts";
import { Menu } from "./menu.tsx";

// The list Inbox has no tools, because the service does not rename or delete it.
export function ListTools({ list }: { list: string }) {
    if (list === "Inbox") {
        return <span class="list-tools" />;
    }
    const rename = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
        event.preventDefault();
        renameList(list, event.currentTarget.querySelector("input")?.value.trim() ?? "");
    };
    return (
        <Menu name={`Change the list ${list}`}>
            <form onSubmit={rename} class="line">
                <input class="field grow" dir="auto" aria-label="New name" defaultValue={list} />
                <button type="submit" class="button plain">
                    Rename
                </button>
            </form>
            <select
                class="field"
                aria-label="Put into another list"
                value=""
                onChange={(event) => mergeList(list, event.currentTarget.value)}
            >
                <option value="" disabled>
                    Put into another list …
                </option>
                {lists.value.map((other) => other !== list && <option key={other}>{other}</option>)}
            </select>
            <Delete list={list} />
        </Menu>
    );
}

function Delete({ list }: { list: string }) {
    const number = counts.value.lists.get(list) ?? 0;
    const question = number
        ? `${count(number, "open todo goes", "open todos go")} with it.`
        : "No open todo goes with it.";
    return <Confirm name="Delete list" question={question} confirmed={() => deleteList(list)} />;
}
