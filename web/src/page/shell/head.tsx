// The top of each view: its name, the notices, and the line to add a todo.
import type { ComponentChildren } from "preact";
import { QuickAdd } from "../add/quick_add.tsx";
import { address } from "../address.ts";
import { Connection } from "../notice/connection.tsx";
import { LatestChange } from "../notice/latest_change.tsx";
import { RefusedPanel } from "../notice/refused_panel.tsx";
import { TimeZone } from "../notice/time_zone.tsx";
import { partHere } from "../parts/parts.ts";

interface Props {
    title: string;
    note?: string;
    name?: boolean; // a title that a person has written
    adds?: boolean; // has the line to add; in the other views it comes when it is asked for
    children?: ComponentChildren;
}

export function Head({ title, note, name, adds = false, children }: Props) {
    document.title = title;
    const ImportLine = address.value.view === "import" ? undefined : partHere("own")?.ImportLine;
    return (
        <>
            <header class="head">
                <div class="head-words">
                    <h1 tabIndex={-1}>{name ? <bdi>{title}</bdi> : title}</h1>
                    {note && <p>{note}</p>}
                </div>
                <div class="head-tools">{children}</div>
            </header>
            <QuickAdd isSheet={!adds} />
            <Connection />
            <RefusedPanel />
            <TimeZone />
            {ImportLine && <ImportLine />}
            {adds && <LatestChange />}
        </>
    );
}
