// Reads an iCalendar file with ical.js, the engine of Thunderbird, and prints each VTODO as a line of JSON. Environment
// variables: `TOOLS` is the folder of the installed npm packages. The argument is the file.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(`${resolve(process.env.TOOLS)}/`);
const { default: ICAL } = await import(pathToFileURL(require.resolve("ical.js")));
const DATES = 6;

const calendar = new ICAL.Component(ICAL.parse(readFileSync(process.argv[2], "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(zone);
}

// Returns the first dates of a repetition.
const dates = (todo) => {
    const rule = todo.getFirstPropertyValue("rrule");
    if (!rule) return [];
    const iterator = rule.iterator(todo.getFirstPropertyValue("dtstart"));
    const found = [];
    for (let date = iterator.next(); date && found.length < DATES; date = iterator.next()) found.push(String(date));
    return found;
};

for (const todo of calendar.getAllSubcomponents("vtodo")) {
    const value = (name) => todo.getFirstPropertyValue(name);
    const due = value("due");
    const fields = {};
    for (const name of ["uid", "summary", "description", "status", "priority", "sequence", "percent-complete", "related-to",
        "x-todo-action-list", "x-todo-action-repeat"]) {
        if (value(name) !== null) fields[name] = value(name);
    }
    for (const name of ["created", "last-modified", "dtstamp", "completed", "due", "dtstart"]) {
        if (value(name)) fields[name] = String(value(name));
    }
    fields.categories = todo.getFirstProperty("categories")?.getValues() ?? [];
    // ical.js computes the moment with the VTIMEZONE of the file.
    if (due && !due.isDate) fields.moment = due.toUnixTime();
    fields.dates = dates(todo);
    console.log(JSON.stringify(fields));
}
