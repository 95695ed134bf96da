// The actions on a whole list. If the page showed this list before the action, it shows afterwards the list with its new
// name, the list into which this list was merged, or, if this list was deleted, the view "Today".
import { act } from "../../list/store.ts";
import { address, go } from "../address.ts";
import { undoing } from "../doing.ts";
import { say } from "../notice/said.tsx";

export function renameList(list: string, name: string): void {
    if (name && name !== list) {
        void act({ kind: "lists", update: { list, rename_to: name } });
        say(`${list} is now ${name}`, undoing);
        follow(name);
    }
}

export function mergeList(list: string, into: string): void {
    void act({ kind: "lists", update: { list, merge_into: into } });
    say(`${list} is now a part of ${into}`, undoing);
    follow(into);
}

export function deleteList(list: string): void {
    void act({ kind: "lists", update: { list, delete: true } });
    say(`Deleted the list ${list}`, undoing);
    follow(undefined);
}

function follow(list: string | undefined): void {
    if (address.value.view === "list") {
        go(list ? { view: "list", list } : { view: "today" }, "replace");
    }
}
