// What people do once in a while, such as with their settings.

// The build then puts what this part shares with the page into the script of the page (build.mjs).
import "../main.tsx";

import { listenToDrops } from "../import/drop_files.ts";

export { allImports } from "../import/api.ts";
export { ImportLine } from "../import/import_line.tsx";
export { ImportView } from "../import/import_view.tsx";
export { takeUp } from "../import/imports.ts";
export { SettingsView } from "../settings/settings_view.tsx";

listenToDrops();
