// Gives the card the look of its host: light or dark, and the colours and the font that the host names.
import { isObject, type Members } from "./bridge.ts";

const OURS_AND_THEIRS = [
    ["--panel", "--color-background-primary"],
    ["--text", "--color-text-primary"],
    ["--quiet", "--color-text-secondary"],
    ["--line", "--color-border-secondary"],
    ["--late", "--color-text-danger"],
    ["--font", "--font-sans"],
] as const;

// The CSS rules for dark colours depend on the scheme of the browser. The host may have the other scheme.
const look = document.getElementById("look") as HTMLStyleElement;
const darkRules = [...(look.sheet?.cssRules ?? [])].filter(
    (rule) => rule instanceof CSSMediaRule && rule.conditionText.includes("dark"),
) as CSSMediaRule[];

export function dress({ theme, styles }: Members): void {
    const root = document.documentElement;
    if (theme === "light" || theme === "dark") {
        root.style.colorScheme = theme;
        for (const rule of darkRules) rule.media.mediaText = theme === "dark" ? "all" : "not all";
    }
    const variables = isObject(styles) && isObject(styles.variables) ? styles.variables : {};
    for (const [ours, theirs] of OURS_AND_THEIRS) {
        const value = variables[theirs];
        if (typeof value === "string") root.style.setProperty(ours, value);
    }
}
