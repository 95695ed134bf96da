// Simple icons of lines. Each icon stands beside words or in a button with a name, so screen readers ignore the icon.
const PATHS = {
    today: "M12 3v2m0 14v2m9-9h-2M5 12H3m15.4-6.4-1.5 1.5M7.1 16.9l-1.5 1.5m12.8 0-1.5-1.5M7.1 7.1 5.6 5.6M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0Z",
    week: "M8 3v4m8-4v4M4 10h16M6 5h12a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2Z",
    all: "M4 7h16M4 12h16M4 17h10",
    done: "m5 13 4.5 4.5L19 7",
    history: "M4 12a8 8 0 1 0 2.6-5.9L4 8.5M4 4v4.5h4.5M12 8v4.5l3 1.8",
    lists: "M9 7h11M9 12h11M9 17h11M4.5 7h.01M4.5 12h.01M4.5 17h.01",
    search: "m20 20-4.2-4.2M18 11a7 7 0 1 1-14 0 7 7 0 0 1 14 0Z",
    plus: "M12 5v14M5 12h14",
    settings:
        "M4 8h9m5 0h2M4 16h2m5 0h9M18 8a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0Zm-7 8a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0Z",
    assistants: "M8 9H6a3 3 0 0 0 0 6h2m8-6h2a3 3 0 0 1 0 6h-2m-8-3h8",
    trash: "M5 7h14M10 7V4.5h4V7m3 0-.8 12.5H7.8L7 7m3.5 4v5m3-5v5",
    repeat: "M5 12a6 6 0 0 1 6-6h7m0 0-3-3m3 3-3 3m4 3a6 6 0 0 1-6 6H6m0 0 3 3m-3-3 3-3",
    close: "m6 6 12 12M18 6 6 18",
    more: "M6 11v2m6-2v2m6-2v2",
    handle: "M6 9h12M6 15h12",
    up: "m6 14 6-6 6 6",
    down: "m6 10 6 6 6-6",
    edit: "m5 19 1-4L16.5 4.5l3 3L9 18l-4 1Z",
    select: "m4 12 3 3 6-7m0 6 1 1 6-7",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
    return (
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d={PATHS[name]} />
        </svg>
    );
}
