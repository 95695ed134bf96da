// The part with the views that people open from the first view.

// Because of this import, the build puts the code that this part shares with the page into the script of the page
// (build.mjs).
import "../main.tsx";

export { HistoryView } from "../history/history_view.tsx";
export { KeysHelp } from "../keys/keys_help.tsx";
export { ListsView } from "../lists/lists_view.tsx";
export { Editor } from "../todo/editor.tsx";
export { CompletedView, DeletedView, SearchView, TodoView } from "../views/found_views.tsx";
