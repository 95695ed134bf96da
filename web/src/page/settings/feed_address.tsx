// The address of a calendar feed, and the places where calendar programs accept such an address.
import { useLayoutEffect, useRef } from "preact/hooks";
import { say } from "../notice/said.tsx";

const CALENDARS = [
    ["Google Calendar", "On a computer, “Other calendars”, “From URL”. It reads the address only every 8 to 24 hours."],
    ["Apple Calendar", "“File”, “New Calendar Subscription”. On an iPhone, add a subscribed calendar in its settings."],
    ["Outlook", "“Add calendar”, “Subscribe from web”."],
] as const;

export function FeedAddress({ name, address }: { name: string; address: string }) {
    const text = useRef<HTMLParagraphElement>(null);
    useLayoutEffect(() => text.current?.focus(), []);
    const copy = async () => {
        try {
            await navigator.clipboard.writeText(address);
            say("The address is copied.");
        } catch {
            if (text.current) getSelection()?.selectAllChildren(text.current);
            say("This browser does not copy by itself. The address is selected: copy it with the keys.");
        }
    };
    return (
        <div class="feed-address">
            <p>
                The address of <bdi>{name}</bdi> is not shown again, and whoever has it can read these todos:
            </p>
            <p class="feed-secret" tabIndex={-1} ref={text}>
                {address}
            </p>
            <button type="button" class="button" onClick={() => void copy()}>
                Copy
            </button>
            <dl>
                {CALENDARS.map(([calendar, way]) => (
                    <div key={calendar}>
                        <dt>{calendar}</dt>
                        <dd>{way}</dd>
                    </div>
                ))}
            </dl>
            <p class="setting-note">Some calendars leave out the alarms of an address.</p>
        </div>
    );
}
