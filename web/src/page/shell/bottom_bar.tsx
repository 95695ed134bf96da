// The navigation on a small screen.
import { useComputed } from "@preact/signals";
import { type Address, address, href, type View } from "../address.ts";
import { Icon, type IconName } from "../icons.tsx";
import { counts } from "./counts.ts";

export function BottomBar() {
    return (
        <nav class="bar" aria-label="Main views">
            <Item to={{ view: "today" }} icon="today" name="Today" late={counts.value.overdue} />
            <Item to={{ view: "search", q: "" }} icon="search" name="Search" />
            <button
                type="button"
                class="plus"
                aria-label="Add a todo"
                title="Add a todo"
                onClick={() => document.getElementById("add")?.focus()}
            >
                <span>
                    <Icon name="plus" />
                </span>
            </button>
            <Item to={{ view: "history" }} icon="history" name="History" />
            <Item to={{ view: "lists" }} icon="more" name="More" />
        </nav>
    );
}

interface ItemProps {
    to: Address;
    icon: IconName;
    name: string;
    late?: number;
}

function Item({ to, icon, name, late }: ItemProps) {
    const here = useComputed(() => tabOf(address.value.view) === to.view).value;
    return (
        <a href={href(to)} aria-current={here ? "page" : undefined}>
            <Icon name={icon} />
            {name}
            {late ? (
                <b class="badge">
                    <span class="hidden"> – </span>
                    {late}
                    <span class="hidden"> overdue</span>
                </b>
            ) : null}
        </a>
    );
}

// The tab of each view. Most views belong to the tab "More".
function tabOf(view: View): View {
    return view === "today" || view === "search" || view === "history" || view === "todo" ? view : "lists";
}
