import { useEffect } from "preact/hooks";
import { loaded, session } from "../list/store.ts";
import { address } from "./address.ts";
import { HistoryView } from "./history/history_view.tsx";
import { KeysHelp } from "./keys/keys_help.tsx";
import { ListsView } from "./lists/lists_view.tsx";
import { SaidLine } from "./notice/said.tsx";
import { SelectBar } from "./select/select_bar.tsx";
import { pickNone } from "./select/selection.ts";
import { SettingsView } from "./settings/settings_view.tsx";
import { BottomBar } from "./shell/bottom_bar.tsx";
import { Nav } from "./shell/nav.tsx";
import { SignedOut } from "./signed_out/signed_out.tsx";
import { CompletedView, DeletedView, SearchView, TodoView } from "./views/found_views.tsx";
import { AllView, ListView, TodayView, WeekView } from "./views/plain_views.tsx";

const VIEWS = {
    today: TodayView,
    week: WeekView,
    all: AllView,
    list: ListView,
    completed: CompletedView,
    deleted: DeletedView,
    search: SearchView,
    todo: TodoView,
    history: HistoryView,
    lists: ListsView,
    settings: SettingsView,
};

// What this browser knows is shown before the service has said who is signed in.
export function App() {
    if (session.value?.signed_in === false) {
        return <SignedOut />;
    }
    return session.value || loaded.value ? <SignedIn /> : <p class="empty">Loading …</p>;
}

function SignedIn() {
    const { view, list } = address.value;
    const View = VIEWS[view];
    // Nobody should change todos that are not shown.
    useEffect(pickNone, [view, list]);
    return (
        <>
            <a class="skip" href="#main">
                Skip to the list
            </a>
            <div class="app">
                <Nav />
                <main id="main" tabIndex={-1}>
                    <View />
                </main>
            </div>
            <SelectBar />
            <BottomBar />
            <SaidLine />
            <KeysHelp />
        </>
    );
}
