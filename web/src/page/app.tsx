import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { loaded, session } from "../list/store.ts";
import { address, type View } from "./address.ts";
import { keysShown } from "./keys/keys_shown.ts";
import { SaidLine } from "./notice/said.tsx";
import { Coming } from "./parts/coming.tsx";
import { part } from "./parts/parts.ts";
import { SelectBar } from "./select/select_bar.tsx";
import { pickNone } from "./select/selection.ts";
import { BottomBar } from "./shell/bottom_bar.tsx";
import { Nav } from "./shell/nav.tsx";
import { SignedOut } from "./signed_out/signed_out.tsx";
import { AllView, ListView, TodayView, WeekView } from "./views/plain_views.tsx";

const VIEWS: Record<View, () => ComponentType | undefined> = {
    today: () => TodayView,
    week: () => WeekView,
    all: () => AllView,
    list: () => ListView,
    completed: () => part("more")?.CompletedView,
    deleted: () => part("more")?.DeletedView,
    search: () => part("more")?.SearchView,
    todo: () => part("more")?.TodoView,
    history: () => part("more")?.HistoryView,
    lists: () => part("more")?.ListsView,
    settings: () => part("own")?.SettingsView,
    import: () => part("own")?.ImportView,
};

// The page shows the data of this browser before the service has answered who is signed in.
export function App() {
    if (session.value?.signed_in === false) {
        return <SignedOut />;
    }
    return session.value || loaded.value ? <SignedIn /> : <p class="empty">Loading …</p>;
}

function SignedIn() {
    const { view, list } = address.value;
    const Shown = VIEWS[view]() ?? Coming;
    const Keys = keysShown.value ? part("more")?.KeysHelp : undefined;
    // The selection ends with the view, so that nobody changes todos that are not visible.
    useEffect(pickNone, [view, list]);
    return (
        <>
            <a class="skip" href="#main">
                Skip to the list
            </a>
            <div class="app">
                <Nav />
                <main id="main" tabIndex={-1}>
                    <Shown />
                </main>
            </div>
            <SelectBar />
            <BottomBar />
            <SaidLine />
            {Keys && <Keys />}
        </>
    );
}
