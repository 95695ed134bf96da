// Downloads an export. A large one has several parts, and each part is a complete file (docs/EXPORT.md).
import type { Problem } from "../../list/model.ts";
import { ApiProblem } from "../../list/request.ts";

export const FORMATS = [
    ["json", "Everything", "to keep, and to bring it all back here (JSON)"],
    ["csv", "Table", "for Excel, Numbers or Google Sheets (CSV)"],
    ["ics", "Calendar", "for calendars and reminders (iCalendar)"],
    ["md", "Notes", "to read or print (Markdown)"],
    ["todo.txt", "Plain text", "one line for each todo (todo.txt)"],
] as const;

export type Format = (typeof FORMATS)[number][0];

// Downloads all parts, and returns their number. A plain link could not tell the person that there are more parts, or
// why there is no file.
export async function download(format: Format, base: string, save = saveFile): Promise<number> {
    let [parts, cursor] = [0, nextCursor(null)];
    do {
        const response = await fetch(`${base}/export?${query(format, cursor)}`, { cache: "no-store" });
        if (!response.ok) {
            throw new ApiProblem((await response.json()) as Problem);
        }
        parts += 1;
        cursor = nextCursor(response.headers.get("Link"));
        const disposition = response.headers.get("Content-Disposition") ?? "";
        const name = /filename="([^"]+)"/.exec(disposition)?.[1] ?? `todos.${format}`;
        const isWhole = parts === 1 && !cursor;
        save(isWhole ? name : name.replace(".", `-part-${parts}.`), await response.blob());
    } while (cursor);
    return parts;
}

function query(format: Format, cursor: string | undefined): URLSearchParams {
    const parameters = new URLSearchParams({ format });
    if (format === "csv") {
        // Spreadsheets need the byte order mark to read the file as UTF-8.
        parameters.set("bom", "true");
    }
    if (cursor) {
        parameters.set("cursor", cursor);
    }
    return parameters;
}

// `Link: <https://…/export?format=json&cursor=…>; rel="next"`. Only the cursor is used, because the service may have
// another host name in this address.
function nextCursor(link: string | null): string | undefined {
    const address = /<([^>]+)>; rel="next"/.exec(link ?? "")?.[1];
    return address && (new URLSearchParams(address.split("?")[1]).get("cursor") ?? undefined);
}

function saveFile(name: string, file: Blob): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = name;
    link.click();
    // The browser reads the file some time after the click.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
