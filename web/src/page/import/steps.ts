// Repeats a request until there is nothing more to do. A repeated request does nothing twice, so the page also repeats
// a request whose answer is lost.
import { ApiProblem, Offline } from "../../list/request.ts";

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;
// After this number of attempts, the page assumes that an error of the service is permanent.
const ATTEMPTS = 6;

const sleep = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));

// Calls `seen` with each answer, and with undefined while there is no connection.
export async function repeat<P extends { finished: boolean }>(
    step: () => Promise<P>,
    seen: (progress: P | undefined) => void,
    pause = sleep,
): Promise<P> {
    for (let failures = 0; ; ) {
        try {
            const progress = await step();
            failures = 0;
            seen(progress);
            if (progress.finished) return progress;
        } catch (error) {
            failures += 1;
            const wait = pauseAfter(error, failures);
            if (wait === undefined) throw error;
            if (error instanceof Offline) seen(undefined);
            await pause(wait);
        }
    }
}

// The pause before the next attempt. Undefined if another attempt cannot succeed.
function pauseAfter(error: unknown, failures: number): number | undefined {
    const pause = Math.min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE);
    if (error instanceof Offline) return pause;
    if (!(error instanceof ApiProblem)) return undefined;
    const { status } = error.problem;
    const isBusy = status === 503 || status === 429;
    if (!isBusy && (status < 500 || failures >= ATTEMPTS)) return undefined;
    return error.retryAfter ? error.retryAfter * 1000 : pause;
}
