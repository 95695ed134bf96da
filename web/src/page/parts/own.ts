// The part with the views that people need rarely, such as the settings.

// Because of this import, the build puts the code that this part shares with the page into the script of the page
// (build.mjs).
import "../main.tsx";

import { listenToDrops } from "../import/drop_files.ts";

export { allImports } from "../import/api.ts";
export { ImportLine } from "../import/import_line.tsx";
export { ImportView } from "../import/import_view.tsx";
export { takeUp } from "../import/imports.ts";
export { SettingsView } from "../settings/settings_view.tsx";

listenToDrops();
