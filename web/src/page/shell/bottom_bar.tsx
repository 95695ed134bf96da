// The way around on a small screen.
import { useComputed } from "@preact/signals";
import { type Address, address, href } from "../address.ts";
import { Icon, type IconName } from "../icons.tsx";
import "./bottom_bar.css";

export function BottomBar() {
    return (
        <nav class="bar" aria-label="Main views">
            <Item to={{ view: "today" }} icon="today" name="Today" />
            <Item to={{ view: "lists" }} icon="lists" name="Lists" also="list" />
            <button
                type="button"
                class="plus"
                aria-label="Add a todo"
                onClick={() => document.getElementById("add")?.focus()}
            >
                <span>
                    <Icon name="plus" />
                </span>
            </button>
            <Item to={{ view: "search", q: "" }} icon="search" name="Search" />
            <Item to={{ view: "history" }} icon="history" name="History" />
        </nav>
    );
}

function Item({ to, icon, name, also }: { to: Address; icon: IconName; name: string; also?: string }) {
    const here = useComputed(() => address.value.view === to.view || address.value.view === also).value;
    return (
        <a href={href(to)} aria-current={here ? "page" : undefined}>
            <Icon name={icon} />
            {name}
        </a>
    );
}
