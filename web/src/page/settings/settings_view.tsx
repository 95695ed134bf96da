// The settings: the clock of the person, the programs with access, and everything about leaving.
import type { ComponentChildren } from "preact";
import { session, signOut, waiting } from "../../list/store.ts";
import { base } from "../address.ts";
import { say } from "../notice/said.tsx";
import { Head } from "../shell/head.tsx";
import { count } from "../words.ts";
import { Confirm } from "./confirm.tsx";
import { Erase } from "./erase.tsx";
import { Export } from "./export.tsx";
import { Preferences } from "./preferences.tsx";
import { Programs } from "./programs.tsx";
import "./settings.css";

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
            <Section title="Save a copy">
                <Export />
            </Section>
            {authentication && authentication !== "none" && (
                <Section title="Sign out">
                    <p>This browser forgets your todos. Your assistants keep their access.</p>
                    <SignOut />
                </Section>
            )}
            <Section title="Delete everything">
                <Erase />
            </Section>
        </>
    );
}

// What was not sent yet would be lost.
function SignOut() {
    const leave = () => void signOut().catch(() => say("Signing out needs a connection."));
    const number = waiting.value.length;
    if (number) {
        const question = `${count(number, "change has", "changes have")} not been sent yet, and would be lost.`;
        return <Confirm name="Sign out" question={question} confirmed={leave} />;
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
