// Random tests: one for each seed. SEEDS is the number of tests, SEED runs only the test with this seed, and ACTIONS is
// the number of the person's actions.
import { test } from "node:test";
import { Service } from "./service.ts";

export const ACTIONS = Number(process.env.ACTIONS ?? 200);

const seeds = process.env.SEED
    ? [Number(process.env.SEED)]
    : Array.from({ length: Number(process.env.SEEDS ?? 5) }, (_, i) => i + 1);

export function forEachSeed(name: string, run: (seed: number, service: Service) => Promise<void>): void {
    for (const seed of seeds) {
        test(`${name} (seed ${seed})`, { timeout: 600_000 }, async () => {
            const service = await Service.start();
            try {
                await run(seed, service);
            } finally {
                service.stop();
            }
        });
    }
}
