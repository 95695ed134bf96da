// Finds time zones by the names that people write. The name of a town is enough.

export const ZONES = Intl.supportedValuesOf("timeZone");
// The beginnings of the names of zones: "Europe/", "America/Argentina/" and so on.
const PLACES = new Set(ZONES.map((zone) => zone.slice(0, zone.lastIndexOf("/") + 1)));

// The name of a zone in the form of the browser. An old and a new name of the same zone give the same name. Undefined
// if there is no such zone.
export function zoneOf(name: string): string | undefined {
    try {
        // An offset such as +05:30 is not accepted as the zone of a person.
        return /^[a-z]/i.test(name)
            ? new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone
            : undefined;
    } catch {
        return undefined;
    }
}

// The zone that a person means with "new york", "São Paulo" or "London, England". No two zones have a town of the same
// name.
export function zoneMeant(typed: string): string | undefined {
    const plain = typed.normalize("NFD").replace(/[\p{M}.'’]|,.*/gu, "");
    const words = plain.trim().split(/\s+/);
    const names = [words.join("_"), words.join("-")];
    return ["", ...PLACES].flatMap((place) => names.map((name) => zoneOf(place + name))).find(Boolean);
}
