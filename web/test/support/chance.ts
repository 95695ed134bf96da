// Random numbers that are always the same for the same seed (mulberry32).
export class Chance {
    constructor(private state: number) {}

    private next(): number {
        this.state = (this.state + 0x6d2b79f5) | 0;
        let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    }

    is(probability: number): boolean {
        return this.next() < probability;
    }

    below(end: number): number {
        return Math.floor(this.next() * end);
    }

    one<T>(all: readonly T[]): T {
        return all[this.below(all.length)] as T;
    }

    // Chooses one of the first three more often, so that the person and the assistant often choose the same todo.
    popular<T>(all: readonly T[]): T {
        return this.one(this.is(0.3) ? all.slice(0, 3) : all);
    }

    some<T>(all: readonly T[], count: number): T[] {
        const rest = [...all];
        return Array.from(
            { length: Math.min(count, all.length) },
            () => rest.splice(this.below(rest.length), 1)[0] as T,
        );
    }
}
