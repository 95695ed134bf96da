// The settings: time zone and other preferences, the programs with access, and the sections about leaving: download,
// sign-out and deletion.
import type { ComponentChildren } from "preact";
import { session, signOut, waiting } from "../../list/store.ts";
import { base } from "../address.ts";
import { Chooser } from "../import/chooser.tsx";
import { say } from "../notice/said.tsx";
import { Head } from "../shell/head.tsx";
import { hasLeft } from "../signed_out/signed_out.tsx";
import { count } from "../words.ts";
import { Confirm } from "./confirm.tsx";
import { Erase } from "./erase.tsx";
import { Export } from "./export.tsx";
import { Feeds } from "./feeds.tsx";
import { Preferences } from "./preferences.tsx";
import { Programs } from "./programs.tsx";

export function SettingsView() {
    const authentication = session.value?.authentication;
    return (
        <>
            <Head title="Settings" />
            <Section title="Your days and lists">
                <Preferences />
            </Section>
            {authentication === "oauth" && (
                <Section title="Programs with access">
                    <Programs />
                </Section>
            )}
            <Section title="Assistants and privacy">
                <p>
                    <a href={`${base}/connect`}>Connect an assistant</a>
                </p>
                <p>
                    <a href={`${base}/privacy`}>What this service keeps, and for how long</a>
                </p>
            </Section>
            {authentication && authentication !== "none" && (
                <Section title="Sign out">
                    <p>Your todos stay safe, and your assistants keep their access. Only this browser forgets them.</p>
                    <SignOut />
                </Section>
            )}
            <Section title="Bring todos from elsewhere">
                <Chooser />
            </Section>
            <Section title="Calendar">
                <Feeds />
            </Section>
            <Section title="Save a copy">
                <Export />
            </Section>
            <Section title="Delete everything">
                <Erase />
            </Section>
        </>
    );
}

// Asks for confirmation if unsent changes would be lost, or if the person will need the API key to sign in again.
function SignOut() {
    const leave = () =>
        void signOut().then(
            () => {
                hasLeft.value = true;
            },
            () => say("Signing out needs a connection."),
        );
    const number = waiting.value.length;
    const questions = [
        number && `${count(number, "change has", "changes have")} not been sent yet, and would be lost.`,
        session.value?.authentication === "api_key" && "You will need your key to come back.",
    ].filter(Boolean);
    if (questions.length) {
        return <Confirm name="Sign out" question={questions.join(" ")} no="Stay" confirmed={leave} />;
    }
    return (
        <button type="button" class="button plain" onClick={leave}>
            Sign out
        </button>
    );
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
    return (
        <section class="setting">
            <h2>{title}</h2>
            {children}
        </section>
    );
}
