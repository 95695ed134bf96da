// What people do once in a while, such as with their settings.

// The build then puts what this part shares with the page into the script of the page (build.mjs).
import "../main.tsx";

export { SettingsView } from "../settings/settings_view.tsx";
