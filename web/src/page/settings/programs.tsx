// The programs to which the person has given access, with buttons that end their access.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { signOut } from "../../list/store.ts";
import { say } from "../notice/said.tsx";
import { hasLeft } from "../signed_out/signed_out.tsx";
import { when } from "../words.ts";
import { ask, type Program } from "./ask.ts";
import { useAttempt } from "./attempt.ts";
import { Confirm } from "./confirm.tsx";

export function Programs() {
    const programs = useSignal<Program[] | undefined>(undefined);
    const { problem, attempt } = useAttempt();
    const load = () =>
        attempt(async () => {
            programs.value = (await ask<{ programs: Program[] }>("GET", "/account/programs")).programs;
        });
    const end = (program: Program) =>
        attempt(async () => {
            await ask("DELETE", `/account/programs/${encodeURIComponent(program.id)}`);
            programs.value = programs.value?.filter(({ id }) => id !== program.id);
            say(`${program.name} has no access any more.`);
        });
    const endAll = () =>
        attempt(async () => {
            await ask("DELETE", "/account/programs");
            // The page is one of the programs, so it has lost its access too.
            await signOut();
            hasLeft.value = true;
        });
    useEffect(() => void load(), []);
    return (
        <>
            <p role="status" class="setting-note">
                {!programs.value && !problem.value && "Loading…"}
                {programs.value?.length === 0 && "No program has access."}
            </p>
            {problem.value && (
                <p role="alert" class="setting-problem">
                    {problem.value}{" "}
                    <button type="button" class="link" onClick={() => void load()}>
                        Load again
                    </button>
                </p>
            )}
            <ul class="setting-list">
                {programs.value?.map((program) => (
                    <Row key={program.id} program={program} end={() => void end(program)} />
                ))}
            </ul>
            {programs.value && programs.value.length > 0 && (
                <Confirm
                    name="End all access"
                    question="All programs lose their access, and this page signs you out. Your todos stay."
                    confirmed={() => void endAll()}
                />
            )}
        </>
    );
}

function Row({ program, end }: { program: Program; end: () => void }) {
    const { name, host, scope, since, last_used_at } = program;
    return (
        <li>
            <div>
                <strong>
                    <bdi>{name}</bdi>
                </strong>
                <p class="setting-note">
                    <bdi>{host}</bdi>
                    {scope === "todos:read" ? " · only reads" : " · reads and changes"}
                    {` · since ${when(since)}`}
                    {` · ${last_used_at ? `last used ${when(last_used_at)}` : "never used"}`}
                </p>
            </div>
            <button type="button" class="button plain" aria-label={`End the access of ${name}`} onClick={end}>
                End access
            </button>
        </li>
    );
}
