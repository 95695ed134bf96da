// The views of open todos. The browser always has the data for them.
import { showDate } from "../../list/dates.ts";
import { lists, loaded, now } from "../../list/store.ts";
import { address } from "../address.ts";
import { ListTools } from "../lists/list_tools.tsx";
import { Rows, type Section } from "../rows/rows.tsx";
import { SelectButton } from "../select/select_button.tsx";
import { Head } from "../shell/head.tsx";
import { allSections, listSections, todaySections, weekSections } from "./sections.ts";

export function TodayView() {
    return (
        <>
            <Head adds title="Today" note={showDate(now.value.date, now.value, undefined, "long")}>
                <SelectButton />
            </Head>
            <Filled sections={todaySections()} empty="Nothing is due today." />
        </>
    );
}

export function WeekView() {
    return (
        <>
            <Head adds title="Next 7 days">
                <SelectButton />
            </Head>
            <Rows sections={weekSections()} />
        </>
    );
}

export function AllView() {
    return (
        <>
            <Head adds title="Everything">
                <SelectButton />
            </Head>
            <Filled sections={allSections()} empty="There is nothing to do." />
        </>
    );
}

export function ListView() {
    const list = address.value.list ?? "";
    const name = lists.value.find((other) => other.toLowerCase() === list.toLowerCase());
    return (
        <>
            <Head adds title={name ?? list} name>
                <SelectButton />
                {name && name !== "Inbox" && <ListTools key={name} list={name} />}
            </Head>
            <Filled
                key={list}
                sections={listSections(name ?? list)}
                empty={name || !loaded.value ? "Nothing is in this list." : "This list is new. Add its first todo."}
                sortable
            />
        </>
    );
}

function Filled({ sections, empty, sortable }: { sections: Section[]; empty: string; sortable?: boolean }) {
    if (!loaded.value) {
        return <p class="empty">Loading …</p>;
    }
    const isEmpty = sections.every(({ todos }) => todos.length === 0);
    return (
        <>
            {isEmpty && <p class="empty">{empty}</p>}
            <Rows sections={sections} sortable={sortable} />
        </>
    );
}
