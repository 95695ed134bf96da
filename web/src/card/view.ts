// Writes the state into the elements of card.html. Texts of todos become text only, and never markup.
import { showDate, showDue } from "../list/dates.ts";
import type { Todo } from "../list/model.ts";
import { type State, screens, statusOf } from "./state.ts";
import { details, isLate, title } from "./words.ts";

export interface Surroundings {
    locale?: string;
    // The time zone of the person: from the host, or else from the browser.
    timeZone?: string;
    // True if the host cannot call tools for the card.
    readOnly: boolean;
    height: number;
}

export interface Gestures {
    tick(id: string): void;
    more(start: number | undefined): void;
    undo(): void;
    setZone(zone: string): void;
}

const element = <E extends HTMLElement>(selector: string) => document.querySelector(selector) as E;
const main = element("main");
const list = element("ul");
const template = element<HTMLTemplateElement>("template");
const heading = element("h1");
const day = element(".head span");
const zone = element(".zone");
const zoneText = element(".zone span");
const zoneButton = element<HTMLButtonElement>(".zone button");
const sentence = element(".sentence");
const [moreButton, undoButton] = document.querySelectorAll<HTMLButtonElement>(".foot button") as unknown as [
    HTMLButtonElement,
    HTMLButtonElement,
];
const foot = element(".foot");
const said = element("[role=status]");

// Shows or hides an element. If the hidden element had the focus, the tick of the first visible row gets it.
function show(shown: HTMLElement, isShown: boolean): void {
    const hadFocus = !isShown && shown.contains(document.activeElement);
    shown.hidden = !isShown;
    if (hadFocus) list.querySelector<HTMLElement>("li:not([hidden]) button")?.focus();
}

function newRow(id: string, gestures: Gestures): Node {
    const row = template.content.cloneNode(true);
    row.firstChild?.firstChild?.addEventListener("click", () => gestures.tick(id));
    return row;
}

function fill(row: HTMLElement, todo: Todo, state: State, { locale, readOnly }: Surroundings): void {
    const [button, text, small] = row.children as unknown as [HTMLButtonElement, HTMLElement, HTMLElement];
    const { now, underWay, next } = state;
    if (!now) return;
    const isDone = (underWay.get(todo.id) ?? statusOf(todo)) === "completed";
    const nextDue = isDone && next.get(todo.id);
    row.className = isDone ? "done" : "";
    row.ariaBusy = String(underWay.has(todo.id));
    button.disabled = readOnly || todo.status === "deleted";
    button.ariaLabel = `${isDone ? "Reopen" : "Complete"}: ${todo.title}`;
    const circle = button.firstElementChild as HTMLElement;
    button.className = `tick ${todo.priority ?? ""} ${row.className}`;
    circle.textContent = isDone ? "✓" : "";
    text.textContent = todo.title;
    small.className = isLate(todo, now) && !isDone ? "late" : "";
    // People who do not see the colour hear the word from a screen reader.
    button.ariaDescription = small.className && "overdue";
    small.textContent = nextDue ? `Next: ${showDue(nextDue, now, locale)}` : details(todo, now, locale);
}

// If the list has the same todos as before, their rows stay the same elements, so that the focus stays too.
function fillList(state: State, around: Surroundings, gestures: Gestures): void {
    const ids = state.todos.map((todo) => todo.id).join();
    if (list.dataset.ids !== ids) list.replaceChildren(...state.todos.map(({ id }) => newRow(id, gestures)));
    list.dataset.ids = ids;
    state.todos.forEach((todo, at) => {
        fill(list.children[at] as HTMLElement, todo, state, around);
    });
}

// Shows only the screen of rows that contains `state.first`. Returns where this screen and the screens after it begin,
// and the number of all rows.
function fit(state: State, height: number): number[] {
    const all = [...list.children] as HTMLElement[];
    for (const row of all) row.hidden = false;
    const heights = all.map((row) => row.getBoundingClientRect().height);
    const starts = screens(heights, height - (document.body.offsetHeight - list.offsetHeight));
    const screen = [...starts.filter((_, at) => (starts[at + 1] ?? all.length) > state.first), all.length];
    const [start = 0, end = 0] = screen;
    all.forEach((row, number) => {
        show(row, number >= start && number < end);
    });
    return screen;
}

function fillFoot(state: State, screen: number[], readOnly: boolean): void {
    const { todos, nextCursor, total } = state;
    const [start = 0, end = 0, after] = screen;
    const all = total ?? todos.length;
    const isWhole = start === 0 && end === todos.length && !nextCursor;
    const whole = `${all} ${all === 1 ? "todo" : "todos"}`;
    const part = `${start && start + 1 < end ? `${start + 1}–` : ""}${end} of ${all}${nextCursor && !total ? "+" : ""}`;
    said.textContent = state.said || (isWhole ? (all ? whole : "") : part);
    const canAsk = nextCursor && !readOnly;
    moreButton.textContent = after ? `Show ${after - end} more` : canAsk ? "Show more" : "Back to the first";
    show(moreButton, Boolean(after || canAsk || start));
    show(undoButton, state.changes.length > 0);
    undoButton.ariaDisabled = String(state.underWay.size > 0);
}

// Prepares the elements once. Returns a function that shows a state in these elements.
export function view(gestures: Gestures): (state: State, around: Surroundings) => void {
    let end: number | undefined;
    let offered = "";
    moreButton.addEventListener("click", () => gestures.more(end));
    undoButton.addEventListener("click", () => gestures.undo());
    zoneButton.addEventListener("click", () => gestures.setZone(offered));
    element(".alone").remove();
    main.hidden = false;
    return (state, around) => {
        const { now } = state;
        heading.textContent = title(state.asked);
        day.textContent = now ? showDate(now.date, now, around.locale, "long") : "";
        sentence.textContent = state.sentence;
        show(sentence, state.sentence !== "");
        offered = around.timeZone ?? "";
        zoneText.textContent = `Times are in ${now?.time_zone}.`;
        zoneButton.textContent = `Use ${offered}`;
        show(zone, Boolean(now?.time_zone_not_set && offered && !around.readOnly));
        fillList(state, around, gestures);
        show(foot, state.todos.length > 0 || state.said !== "");
        const screen = fit(state, around.height);
        fillFoot(state, screen, around.readOnly);
        end = screen[2] && screen[1];
    };
}
