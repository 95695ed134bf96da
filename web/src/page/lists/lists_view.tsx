// The view of all lists, in which a person can change them. On a small screen, it also has links to the views that do
// not fit in the bar.
import { act, lists } from "../../list/store.ts";
import { base, go, href } from "../address.ts";
import { Icon, type IconName } from "../icons.tsx";
import { counts } from "../shell/counts.ts";
import { Head } from "../shell/head.tsx";
import { ListTools } from "./list_tools.tsx";

export function ListsView() {
    const { week, all } = counts.value;
    const isSmall = matchMedia("(max-width: 46rem)").matches;
    const names = lists.value;
    const move = (from: number, by: number) => {
        const order = [...names];
        const [name] = order.splice(from, 1);
        if (name) {
            order.splice(from + by, 0, name);
            void act({ kind: "lists", update: { order } });
        }
    };
    const begin = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
        event.preventDefault();
        const list = event.currentTarget.querySelector("input")?.value.trim();
        if (list) {
            go({ view: "list", list });
        }
    };
    return (
        <>
            <Head title={isSmall ? "More" : "Edit lists"} />
            <div class="ways only-small">
                <h2>Lists</h2>
            </div>
            <ul class="lists">
                {names.map((name, i) => (
                    <OneList key={name} name={name} at={i} last={names.length - 1} move={move} />
                ))}
            </ul>
            <form class="search" onSubmit={begin}>
                <input class="field grow" dir="auto" aria-label="Name of a new list" placeholder="New list" />
                <button type="submit" class="button plain">
                    Add list
                </button>
            </form>
            <div class="ways only-small">
                <h2>Views</h2>
                <Way to={href({ view: "week" })} icon="week" name="Next 7 days" count={week} />
                <Way to={href({ view: "all" })} icon="all" name="Everything" count={all} />
                <Way to={href({ view: "completed" })} icon="done" name="Completed" />
                <Way to={href({ view: "deleted" })} icon="trash" name="Deleted" />
                <h2>Yours</h2>
                <Way to={`${base}/connect`} icon="assistants" name="Assistants" />
                <Way to={href({ view: "settings" })} icon="settings" name="Settings" />
            </div>
        </>
    );
}

interface ListProps {
    name: string;
    at: number;
    last: number;
    move: (at: number, by: number) => void;
}

function OneList({ name, at, last, move }: ListProps) {
    return (
        <li>
            <a href={href({ view: "list", list: name })}>
                <bdi>{name}</bdi>
                <span class="count">{counts.value.lists.get(name) ?? 0}</span>
            </a>
            <button
                type="button"
                class="plain-icon"
                aria-label={`Move up: ${name}`}
                title="Move up"
                disabled={at === 0}
                onClick={() => move(at, -1)}
            >
                <Icon name="up" />
            </button>
            <button
                type="button"
                class="plain-icon"
                aria-label={`Move down: ${name}`}
                title="Move down"
                disabled={at === last}
                onClick={() => move(at, 1)}
            >
                <Icon name="down" />
            </button>
            <ListTools list={name} />
        </li>
    );
}

function Way({ to, icon, name, count }: { to: string; icon: IconName; name: string; count?: number }) {
    return (
        <a class="way" href={to}>
            <Icon name={icon} />
            {name}
            {count !== undefined && <span class="count">{count}</span>}
        </a>
    );
}
