// The imports of this window: of the files that the person has chosen, and earlier ones that go on here.
import { effect, signal } from "@preact/signals";
import { changes, online, session } from "../../list/store.ts";
import { address } from "../address.ts";
import { say } from "../notice/said.tsx";
import { allImports, type Choices, importStep, type Preview, type Progress, sendFile, undoStep } from "./api.ts";
import { repeat } from "./steps.ts";
import { isUndo, mayPass, problemWords, resultWords } from "./words.ts";

export const imports = signal<readonly Import[]>([]);
// All of the last 30 days, as the service said it last.
export const kept = signal<readonly Progress[]>([]);

export class Import {
    readonly preview = signal<Preview | undefined>(undefined);
    readonly progress = signal<Progress | undefined>(undefined);
    readonly isBusy = signal(false);
    readonly isCut = signal(false); // there is no connection, and it goes on by itself
    readonly problem = signal("");
    readonly mayPass = signal(true); // the problem, when the person tries again
    readonly takesFile = signal(false); // for todos that are here with other content
    // Where the todos of a list go, if not into a list of the same name. "" leaves them out.
    readonly lists = signal<ReadonlyMap<string, string>>(new Map());

    constructor(
        readonly name: string,
        readonly file?: File, // not of an earlier import
    ) {}

    get id(): string | undefined {
        return this.progress.value?.import ?? this.preview.value?.import;
    }

    read(file: File): Promise<void> {
        return this.work(async () => {
            this.preview.value = await sendFile(file);
        });
    }

    add(): Promise<void> {
        const { preview } = this;
        const choices = preview.value && this.choices(preview.value);
        return this.goThrough((id) => importStep(id, choices));
    }

    undo(): Promise<void> {
        return this.goThrough(undoStep);
    }

    goOn(): Promise<void> {
        return this.progress.value && isUndo(this.progress.value) ? this.undo() : this.add();
    }

    // The service forgets a file that nobody wants.
    close(): void {
        imports.value = imports.value.filter((other) => other !== this);
        const { id } = this;
        if (id && !this.progress.value) undoStep(id).catch(() => undefined);
    }

    private choices({ lists }: Preview): Choices {
        const chosen = lists.flatMap(({ list }) => {
            const to = this.lists.value.get(list) ?? list;
            if (!to) return { list, leave_out: true as const };
            return to === list ? [] : { list, to };
        });
        return { existing: this.takesFile.value ? "update" : "skip", lists: chosen };
    }

    private goThrough(step: (id: string) => Promise<Progress>): Promise<void> {
        const { id } = this;
        if (!id) return Promise.resolve();
        const all = () =>
            repeat(
                () => step(id),
                (progress) => this.see(progress),
            );
        return this.work(async () => {
            // Another window then sees that this one works on it.
            const last = await (navigator.locks?.request(lockOf(id), all) ?? all());
            kept.value = kept.value.map((one) => (one.import === id ? last : one));
            if (address.value.view !== "import") say(`${this.name}: ${resultWords(last)}`);
        });
    }

    private see(progress: Progress | undefined): void {
        this.isCut.value = !progress;
        if (progress) this.progress.value = progress;
    }

    // One after another, as they would only slow each other down.
    private work(run: () => Promise<void>): Promise<void> {
        this.isBusy.value = true;
        this.problem.value = "";
        const mine = queue.then(run).catch((error: unknown) => {
            this.problem.value = problemWords(error);
            this.mayPass.value = mayPass(error);
        });
        queue = mine;
        return mine.finally(() => {
            this.isBusy.value = false;
        });
    }
}

let queue: Promise<void> = Promise.resolve();

export function takeFiles(files: Iterable<File>): void {
    for (const file of files) {
        const one = new Import(file.name, file);
        imports.value = [...imports.value, one];
        void one.read(file);
    }
}

// An earlier import, to go on with it or to undo it.
export function takeUp(progress: Progress): Import {
    const known = imports.value.find(({ id }) => id === progress.import);
    const one = known ?? new Import(progress.file);
    if (!known) {
        one.progress.value = progress;
        imports.value = [...imports.value, one];
    }
    return one;
}

const lockOf = (id: string) => `import ${id}`;

// Not those on which another window works now.
export async function look(): Promise<void> {
    const all = await allImports();
    const locks = (await navigator.locks?.query())?.held?.map(({ name }) => name) ?? [];
    const isHere = (id: string) => imports.value.some((one) => one.id === id);
    kept.value = all.filter(({ import: id }) => isHere(id) || !locks.includes(lockOf(id)));
}

export const isOpen = ({ state }: Progress) => state === "importing" || state === "undoing";

// Those that have not come to their end, and that this window does not work on.
export function openImports(): Progress[] {
    const here = new Set(imports.value.map(({ id }) => id));
    return kept.value.filter((one) => isOpen(one) && !here.has(one.import));
}

// Another browser, or this one before it was closed, may have left an import in the middle.
let looked = "";
effect(() => {
    const seen = changes.value.flatMap((change) => change.import ?? []).join();
    const isRunning = imports.peek().some(({ isBusy }) => isBusy.peek());
    if (seen !== looked && online.value && !isRunning) {
        looked = seen;
        look().catch(() => undefined);
    }
});

// Whoever uses the browser after a sign-out must not see what was imported.
effect(() => {
    if (session.value?.signed_in === false) {
        imports.value = [];
        kept.value = [];
    }
});
