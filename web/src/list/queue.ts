// Sends the actions that wait, one after another, in one window at a time. An action waits until the browser has kept
// its answer, and all data that the answer leaves out. If a request or an answer is lost, the queue sends the same
// request again, and the service recognises its idempotency key.
import { completed, isPartial, named, written } from "./answer.ts";
import type { Action, Problem, Todo, TodosWritten, Waiting } from "./model.ts";
import { hasVersion, prepare } from "./outgoing.ts";
import { type Api, ApiProblem, Offline } from "./request.ts";
import type { State } from "./state.ts";
import type { Sync } from "./sync.ts";

export interface Clock {
    now(): number;
    after(milliseconds: number, what: () => void): void;
}

// Runs the work in only one window at a time.
export type InLock = (work: () => Promise<void>) => Promise<void>;

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;
// After this number of attempts, the queue assumes that an error of the service (500) is permanent.
const ATTEMPTS = 8;

export class Queue {
    private running = false;
    private again = false;
    private stopped = false;
    private goOn = () => {}; // ends the pause after a request without an answer
    private end = () => {}; // ends each pause

    constructor(
        private readonly api: Api,
        private readonly state: State,
        private readonly sync: Sync,
        private readonly tell: () => Promise<void>,
        private readonly inLock: InLock,
        private readonly clock: Clock,
    ) {}

    stop(): void {
        this.stopped = true;
        this.end();
    }

    // The network is back.
    hurry(): void {
        this.goOn();
        this.wake();
    }

    // Sends what waits. Ends when no action waits, or when nobody is signed in.
    async wake(): Promise<void> {
        this.again = true;
        if (this.running) {
            return;
        }
        this.running = true;
        try {
            while (this.again && !this.stopped) {
                this.again = false;
                await this.inLock(() => this.drain());
            }
        } finally {
            this.running = false;
        }
    }

    private async drain(): Promise<void> {
        for (let failures = 0; ; ) {
            let next: Waiting | undefined;
            try {
                await this.state.refresh();
                // An action that the database has not kept yet has no finite `seq`, and is not sent.
                next = this.state.waiting.value.find(({ seq }) => Number.isFinite(seq));
                const { isAsked, session } = this.state;
                if (!next || this.stopped || !isAsked || !session.value?.signed_in) {
                    return;
                }
                await this.send(next);
                failures = 0;
            } catch (error) {
                failures += 1;
                if (this.stopped) {
                    return;
                }
                await this.failed(next, error, failures);
            }
        }
    }

    private async failed(next: Waiting | undefined, error: unknown, failures: number): Promise<void> {
        if (error instanceof ApiProblem) {
            const { status } = error.problem;
            if (status === 401) {
                return; // the session says so now, which ends the loop
            }
            const isForNow = status === 429 || status === 503 || (isPassing(error.problem) && failures < ATTEMPTS);
            if (next && !isForNow) {
                return this.refuse(next, error.problem, error.problem.current?.[0]);
            }
        } else if (!(error instanceof Offline)) {
            console.error(error);
        }
        const pause = Math.min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE);
        const asked = error instanceof ApiProblem ? (error.retryAfter ?? 0) * 1000 : 0;
        await new Promise<void>((resolve) => {
            this.end = resolve;
            this.goOn = error instanceof ApiProblem ? () => {} : resolve;
            this.clock.after(Math.max(pause, asked), resolve);
        });
    }

    private async refuse(waiting: Waiting, problem: Problem, current?: Todo): Promise<void> {
        await this.state.database.refuse(waiting, problem, current, this.clock.now());
        await this.tell();
    }

    private async send(next: Waiting): Promise<void> {
        const waiting = next.request ? next : await this.prepared(next);
        if (!waiting?.request) {
            return;
        }
        let answer: unknown;
        try {
            answer = (await this.api(waiting.request)).body;
        } catch (error) {
            // Somebody else has changed the todo in the meantime. The next attempt compares the texts again, and is
            // another request.
            const isOutdated = error instanceof ApiProblem && error.problem.code === "conflict";
            const changed = (waiting.changed ?? 0) + 1;
            if (isOutdated && hasVersion(waiting.request) && changed < ATTEMPTS) {
                await this.state.database.keepRequest({ ...waiting, changed, request: undefined });
                return;
            }
            throw error;
        }
        await this.settle(waiting, answer as TodosWritten);
    }

    private async prepared(next: Waiting): Promise<Waiting | undefined> {
        const prepared = await prepare(this.api, next);
        if (!prepared) {
            const nothing = [{ from: next.key, to: "" }];
            await this.state.database.settle(next, this.state.asking(), new Map(), nothing);
            await this.tell();
        } else if ("problem" in prepared) {
            await this.refuse(next, prepared.problem, prepared.current);
        } else {
            const waiting = { ...next, request: prepared.request };
            await this.state.database.keepRequest(waiting);
            await this.tell();
            return waiting;
        }
        return undefined;
    }

    private async settle(waiting: Waiting, answer: TodosWritten): Promise<void> {
        const isComplete = !isPartial(waiting.action, answer);
        if (!isComplete) {
            await this.sync.everything(completed(waiting.action));
        }
        const asking = this.state.asking();
        const values = written(this.state, waiting, answer);
        const names = named(waiting, answer, isComplete);
        const doubtful = await this.state.database.settle(waiting, asking, values, names);
        await this.tell();
        this.follow(waiting.action, answer, doubtful).catch(() => {});
    }

    // Reads the data that need not be there when the action is settled.
    private async follow(action: Action, answer: TodosWritten, doubtful: string[]): Promise<void> {
        const omitted = answer.todos?.filter((todo) => todo.omitted).map(({ id }) => id) ?? [];
        await this.sync.again([...doubtful, ...omitted]);
        if (answer.new_lists) {
            await this.sync.overview();
        }
        const isMove = action.kind === "edit" && action.edits.some(({ list, status }) => list || status === "open");
        if (isMove || action.kind === "undo") {
            await this.sync.orders();
        }
    }
}

// Whether another attempt may succeed: after an error of the service, or if others were changing the todos during the
// request.
function isPassing({ status, code, current }: Problem): boolean {
    return status >= 500 || (code === "conflict" && !!current?.every((todo) => todo.status !== "deleted"));
}
