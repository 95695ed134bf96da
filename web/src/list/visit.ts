// Finds out who is signed in, and asks the service for changes while the page is visible.
import type { Session } from "./model.ts";
import type { Queue } from "./queue.ts";
import { type Api, ApiProblem, Offline, withQuery } from "./request.ts";
import { SESSION } from "./snapshot.ts";
import type { State } from "./state.ts";
import type { Sync } from "./sync.ts";

export const PAUSE = 5000;
const LONGEST_PAUSE = 60_000;

export class Visit {
    private failures = 0;
    private quietUntil = 0;
    private looking: Promise<unknown> = Promise.resolve();
    private isLeaving = false;

    constructor(
        private readonly api: Api,
        private readonly state: State,
        private readonly sync: Sync,
        private readonly queue: Queue,
        private readonly now: () => number,
        private readonly isVisible: () => boolean,
    ) {}

    // Finds out who is signed in. Without a network, this fails, and the kept session stays.
    async ask(): Promise<void> {
        const session = await this.session();
        const before = this.state.value(SESSION) as Session | undefined;
        if (session.person && before?.person && session.person !== before.person) {
            await this.state.wipe();
        }
        await this.state.keepSession(session);
        this.state.isAsked = true;
    }

    private async session(): Promise<Session> {
        try {
            return (await this.api({ method: "GET", path: "/session" })).body as Session;
        } catch (error) {
            // In development, a service without a page has no session.
            if (error instanceof ApiProblem && error.problem.status === 404) {
                return { authentication: "none", signed_in: true };
            }
            throw error;
        }
    }

    async signOut(): Promise<void> {
        // No new requests begin, because the service would refuse them without the session.
        this.isLeaving = true;
        try {
            await this.looking;
            await this.api({ method: "DELETE", path: "/session" });
            await this.state.wipe();
            await this.ask();
        } finally {
            this.isLeaving = false;
        }
    }

    // The service puts the key into a cookie that no script can read. With `keep`, the cookie stays when the browser is
    // closed.
    async signIn(key: string, keep: boolean): Promise<void> {
        const path = withQuery("/session", { keep: keep ? "true" : undefined });
        await this.api({ method: "POST", path, headers: { Authorization: `Bearer ${key}` } });
        await this.ask();
        void this.look();
    }

    // Called at regular intervals.
    async pulse(): Promise<void> {
        if (this.isVisible() && this.now() >= this.quietUntil) {
            await this.look();
        }
    }

    // Asks at once. Called when the page has become visible, or the network is back.
    async look(): Promise<void> {
        if (!this.isVisible() || this.isLeaving) {
            return;
        }
        const look = this.once();
        this.looking = Promise.all([this.looking, look]);
        await look;
    }

    private async once(): Promise<void> {
        try {
            if (!this.state.isAsked) {
                await this.ask();
            }
            if (this.state.session.value?.signed_in) {
                this.queue.wake();
                await this.sync.look();
            }
            this.failures = 0;
            this.quietUntil = 0;
        } catch (error) {
            this.failures += 1;
            const asked = error instanceof ApiProblem ? (error.retryAfter ?? 0) * 1000 : 0;
            this.quietUntil = this.now() + Math.max(asked, Math.min(PAUSE * 2 ** this.failures, LONGEST_PAUSE));
            if (!(error instanceof ApiProblem || error instanceof Offline)) {
                console.error(error);
            }
        }
    }
}
