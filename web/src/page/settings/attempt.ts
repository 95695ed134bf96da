import { type Signal, useSignal } from "@preact/signals";
import { reason } from "./ask.ts";

// Runs requests of the settings. `problem` is the message about the last request. It is empty if the request succeeded.
export function useAttempt(): { problem: Signal<string>; attempt: (run: () => Promise<void>) => Promise<void> } {
    const problem = useSignal("");
    const attempt = async (run: () => Promise<void>) => {
        problem.value = "";
        try {
            await run();
        } catch (error) {
            problem.value = reason(error);
        }
    };
    return { problem, attempt };
}
