// Calendar feeds: addresses at which a calendar reads the todos with a date. The page shows an address only once.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { lists } from "../../list/store.ts";
import { afterRender } from "../focus.ts";
import { say } from "../notice/said.tsx";
import { when } from "../words.ts";
import { ask } from "./ask.ts";
import { useAttempt } from "./attempt.ts";
import { Confirm } from "./confirm.tsx";
import { FeedAddress } from "./feed_address.tsx";

interface Feed {
    id: string;
    list?: string; // all lists if there is none
    list_is_deleted?: boolean;
    name?: string;
    created_at: string;
    last_used_at?: string;
}

interface Made {
    feed: Feed;
    address: string;
}

const path = ({ id }: Feed) => `/feeds/${encodeURIComponent(id)}`;
const nameOf = ({ name, list }: Feed) => name ?? list ?? "All lists";

export function Feeds() {
    const feeds = useSignal<Feed[] | undefined>(undefined);
    const made = useSignal<Made | undefined>(undefined);
    const { problem, attempt } = useAttempt();
    const load = async () => {
        feeds.value = (await ask<{ feeds: Feed[] }>("GET", "/feeds")).feeds;
    };
    const make = (list: string) =>
        attempt(async () => {
            made.value = await ask<Made>("POST", "/feeds", { body: list ? { list } : {} });
            await load();
        });
    const renew = (feed: Feed) =>
        attempt(async () => {
            made.value = await ask<Made>("POST", `${path(feed)}/renew`);
            await load();
        });
    const end = (feed: Feed) =>
        attempt(async () => {
            await ask("DELETE", path(feed));
            if (made.value?.feed.id === feed.id) made.value = undefined;
            say(`The calendar address of ${nameOf(feed)} has ended.`);
            await load();
            afterRender(() => document.getElementById("feed-list")?.focus());
        });
    useEffect(() => void attempt(load), []);
    return (
        <>
            <p>
                See your todos with a date in your own calendar, such as that of Google, Apple or Outlook. You get a
                secret address here, and give it to the calendar once.
            </p>
            <NewFeed make={make} />
            {problem.value && (
                <p role="alert" class="setting-problem">
                    {problem.value}
                </p>
            )}
            {made.value && (
                <FeedAddress key={made.value.address} name={nameOf(made.value.feed)} address={made.value.address} />
            )}
            <ul class="setting-list">
                {feeds.value?.map((feed) => (
                    <Row key={feed.id} feed={feed} renew={() => void renew(feed)} end={() => void end(feed)} />
                ))}
            </ul>
        </>
    );
}

function NewFeed({ make }: { make: (list: string) => Promise<void> }) {
    const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
        event.preventDefault();
        void make(event.currentTarget.querySelector("select")?.value ?? "");
    };
    return (
        <form class="setting-fields" onSubmit={submit}>
            <label>
                <span>Which todos</span>
                <select class="field" id="feed-list">
                    <option value="">All lists</option>
                    {lists.value.map((list) => (
                        <option key={list} value={list}>
                            {list}
                        </option>
                    ))}
                </select>
            </label>
            <button type="submit" class="button plain">
                Get the address
            </button>
        </form>
    );
}

function Row({ feed, renew, end }: { feed: Feed; renew: () => void; end: () => void }) {
    const { created_at, last_used_at, list_is_deleted } = feed;
    const name = nameOf(feed);
    return (
        <li>
            <div>
                <strong>
                    <bdi>{name}</bdi>
                </strong>
                <p class="setting-note">
                    {list_is_deleted && "this list is deleted, so the calendar is empty · "}
                    {`made ${when(created_at)} · ${last_used_at ? `last read ${when(last_used_at)}` : "not read yet"}`}
                </p>
            </div>
            <Confirm
                name="New address"
                about={name}
                question="The present address ends at once. The calendar needs the new one."
                confirmed={renew}
            />
            <Confirm
                name="End"
                about={name}
                question="The address ends at once, and these todos go from the calendar."
                confirmed={end}
            />
        </li>
    );
}
