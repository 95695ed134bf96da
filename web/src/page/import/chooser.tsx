// The button with which a person chooses files. A person can also drop files anywhere on the page.
import { focusName, go } from "../address.ts";
import { takeFiles } from "./imports.ts";

export function Chooser() {
    const choose = (field: HTMLInputElement) => {
        const files = [...(field.files ?? [])];
        // Without this, the browser would not report that the person chooses the same file again.
        field.value = "";
        if (files.length) openFiles(files);
    };
    return (
        <>
            <p>
                Choose a file that you have saved in Todoist, TickTick, Google Tasks, Microsoft To Do, Apple Reminders
                or another calendar (iCalendar), a todo.txt or Markdown file, or a copy from here. You see what will
                come before anything changes.
            </p>
            <label class="button plain import-choose">
                Choose files
                <input type="file" multiple class="hidden" onChange={(event) => choose(event.currentTarget)} />
            </label>
            <span class="setting-note import-drop">or drop them anywhere on this page.</span>
        </>
    );
}

export function openFiles(files: readonly File[]): void {
    takeFiles(files);
    go({ view: "import" });
    focusName();
}
