import { type Signal, useSignal } from "@preact/signals";
import { reason } from "./ask.ts";

// Runs requests of the settings. `problem` is what to tell the person about the last one, or empty.
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
