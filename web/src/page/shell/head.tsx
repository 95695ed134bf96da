import type { ComponentChildren } from "preact";
import "./head.css";

interface Props {
    title: string;
    note?: string;
    name?: boolean; // a title that a person has written
    children?: ComponentChildren;
}

export function Head({ title, note, name, children }: Props) {
    document.title = title;
    return (
        <header class="head">
            <h1 tabIndex={-1}>{name ? <bdi>{title}</bdi> : title}</h1>
            {note && <p>{note}</p>}
            <div class="head-tools">{children}</div>
        </header>
    );
}
