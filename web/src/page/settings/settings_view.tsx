// The settings: the clock of the person, the programs with access, and everything about leaving.
import type { ComponentChildren } from "preact";
import { session, signOut } from "../../list/store.ts";
import { base } from "../address.ts";
import { Head } from "../shell/head.tsx";
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
            <Section title="Take everything with you">
                <Export />
            </Section>
            {authentication && authentication !== "none" && (
                <Section title="Sign out">
                    <p>This browser forgets your todos. Your assistants keep their access.</p>
                    <button type="button" class="button plain" onClick={() => void signOut()}>
                        Sign out
                    </button>
                </Section>
            )}
            <Section title="Delete everything">
                <Erase />
            </Section>
        </>
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
