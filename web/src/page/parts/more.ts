// What people open from the first view.

// The build then puts what this part shares with the page into the script of the page (build.mjs).
import "../main.tsx";

export { HistoryView } from "../history/history_view.tsx";
export { KeysHelp } from "../keys/keys_help.tsx";
export { ListsView } from "../lists/lists_view.tsx";
export { Editor } from "../todo/editor.tsx";
export { CompletedView, DeletedView, SearchView, TodoView } from "../views/found_views.tsx";
