// The navigation on a wide screen: a column at the side.
import { useComputed } from "@preact/signals";
import { lists, now } from "../../list/store.ts";
import { type Address, address, base, href } from "../address.ts";
import { Icon, type IconName } from "../icons.tsx";
import { showKeys } from "../keys/keys_shown.ts";
import { counts } from "./counts.ts";

export function Nav() {
    const { overdue, today, week, all } = counts.value;
    return (
        <nav class="nav" aria-label="Views">
            <Item to={{ view: "today" }} icon="today" name="Today" late={overdue} count={today} day={now.value.date} />
            <Item to={{ view: "week" }} icon="week" name="Next 7 days" count={week} />
            <Item to={{ view: "all" }} icon="all" name="Everything" count={all} />
            <Item to={{ view: "search", q: "" }} icon="search" name="Search" />
            <Item to={{ view: "completed" }} icon="done" name="Completed" />
            <Item to={{ view: "deleted" }} icon="trash" name="Deleted" />
            <Item to={{ view: "history" }} icon="history" name="History" />
            <h2>Lists</h2>
            {lists.value.map((list) => (
                <Item
                    key={list}
                    to={{ view: "list", list }}
                    name={list}
                    count={counts.value.lists.get(list) ?? 0}
                    list={list}
                />
            ))}
            <Item to={{ view: "lists" }} icon="lists" name="Edit lists" />
            <h2>Yours</h2>
            <a href={`${base}/connect`} data-outside>
                <Icon name="assistants" />
                Assistants
            </a>
            <Item to={{ view: "settings" }} icon="settings" name="Settings" />
            <button type="button" class="nav-keys" onClick={showKeys}>
                Keyboard shortcuts
                <kbd>?</kbd>
            </button>
        </nav>
    );
}

interface ItemProps {
    to: Address;
    name: string;
    icon?: IconName;
    late?: number;
    count?: number;
    list?: string;
    day?: string;
}

function Item({ to, name, icon, late, count, list, day }: ItemProps) {
    const here = useComputed(() => address.value.view === to.view && address.value.list === to.list).value;
    return (
        <a
            href={href(to)}
            aria-current={here ? "page" : undefined}
            data-drop-list={list}
            data-drop-day={day}
            data-drop-name={name}
        >
            {icon ? <Icon name={icon} /> : <i class="dot" />}
            <bdi>{name}</bdi>
            <span class={late ? "count late" : "count"}>{late ? `${late} overdue` : count}</span>
        </a>
    );
}
