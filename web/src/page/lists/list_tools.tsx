// What can be done with a list as a whole.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { act, lists } from "../../list/store.ts";
import { address, go } from "../address.ts";
import { undoing } from "../doing.ts";
import { Icon } from "../icons.tsx";
import { say } from "../notice/said.tsx";
import { counts } from "../shell/counts.ts";
import { count } from "../words.ts";
import "./lists.css";

export function ListTools({ list }: { list: string }) {
    const sure = useSignal(false);
    const menu = useRef<HTMLDetailsElement>(null);
    useEffect(() => {
        const closeOutside = ({ target }: Event) => {
            if (menu.current && target instanceof Node && !menu.current.contains(target)) {
                menu.current.open = false;
                sure.value = false;
            }
        };
        document.addEventListener("pointerdown", closeOutside);
        document.addEventListener("focusin", closeOutside);
        return () => {
            document.removeEventListener("pointerdown", closeOutside);
            document.removeEventListener("focusin", closeOutside);
        };
    }, []);
    if (list === "Inbox") {
        return <span class="list-tools" />;
    }
    const press = (event: KeyboardEvent) => {
        if (event.key === "Escape" && menu.current?.open) {
            event.stopPropagation();
            menu.current.open = false;
            menu.current.querySelector("summary")?.focus();
        }
    };
    const others = lists.value.filter((other) => other !== list);
    const follow = (to: string | undefined) => {
        if (address.value.view === "list") {
            go(to ? { view: "list", list: to } : { view: "today" }, "replace");
        }
    };
    const rename = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
        event.preventDefault();
        const name = event.currentTarget.querySelector("input")?.value.trim();
        if (name && name !== list) {
            void act({ kind: "lists", update: { list, rename_to: name } });
            say(`${list} is now ${name}`, undoing);
            follow(name);
        }
    };
    const merge = (into: string) => {
        void act({ kind: "lists", update: { list, merge_into: into } });
        say(`${list} is now a part of ${into}`, undoing);
        follow(into);
    };
    const erase = () => {
        void act({ kind: "lists", update: { list, delete: true } });
        say(`Deleted the list ${list}`, undoing);
        follow(undefined);
    };
    return (
        <details class="list-tools" ref={menu} onKeyDown={press}>
            <summary class="plain-icon">
                <Icon name="more" />
                <span class="hidden">{`Change the list ${list}`}</span>
            </summary>
            <div class="list-menu">
                <form onSubmit={rename} class="line">
                    <input class="field grow" dir="auto" aria-label="New name" defaultValue={list} />
                    <button type="submit" class="button plain">
                        Rename
                    </button>
                </form>
                <select
                    class="field"
                    aria-label="Merge into"
                    value=""
                    onChange={(event) => merge(event.currentTarget.value)}
                >
                    <option value="" disabled>
                        Merge into …
                    </option>
                    {others.map((other) => (
                        <option key={other}>{other}</option>
                    ))}
                </select>
                {sure.value ? (
                    <button type="button" class="button plain danger" onClick={erase}>
                        {`Yes, delete ${count(counts.value.lists.get(list) ?? 0, "open todo")} with it`}
                    </button>
                ) : (
                    <button
                        type="button"
                        class="button plain danger"
                        onClick={() => {
                            sure.value = true;
                        }}
                    >
                        Delete the list
                    </button>
                )}
            </div>
        </details>
    );
}
