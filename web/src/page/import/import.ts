// One import of this window, from its file to its undo. It is a new import of a chosen file, or an earlier import.
import { signal } from "@preact/signals";
import { address, go } from "../address.ts";
import { say } from "../notice/said.tsx";
import { type Choices, importStep, type Preview, type Progress, sendFile, undoStep } from "./api.ts";
import { repeat } from "./steps.ts";
import { isUndo, mayPass, problemWords, resultWords } from "./words.ts";

export const imports = signal<readonly Import[]>([]);
// All imports of the last 30 days, from the latest answer of the service.
export const kept = signal<readonly Progress[]>([]);

let made = 0;

export class Import {
    readonly key = ++made;
    readonly preview = signal<Preview | undefined>(undefined);
    readonly progress = signal<Progress | undefined>(undefined);
    readonly isBusy = signal(false);
    readonly isCut = signal(false); // there is no connection, and it goes on by itself
    readonly problem = signal("");
    readonly mayPass = signal(true); // the problem, when the person tries again
    readonly takesFile = signal(false); // for todos that are here with other content
    // The target of the todos of each list, if it is not the list of the same name. "" leaves the todos out.
    readonly lists = signal<ReadonlyMap<string, string>>(new Map());

    constructor(
        readonly name: string,
        readonly file?: File, // not of an earlier import
    ) {}

    get id(): string | undefined {
        return this.progress.value?.import ?? this.preview.value?.import;
    }

    // True while the preview is there and the person decides.
    get isReady(): boolean {
        return Boolean(this.preview.value) && !this.progress.value && !this.isBusy.value;
    }

    get isAllOut(): boolean {
        return this.preview.value?.lists.every(({ list }) => this.lists.value.get(list) === "") ?? false;
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

    // Closes the import. If it has not begun, the service forgets its file.
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
            // While this window holds the lock, other windows see that it works on the import.
            const last = await (navigator.locks?.request(lockOf(id), all) ?? all());
            kept.value = [last, ...kept.value.filter((one) => one.import !== id)];
            if (address.value.view !== "import") this.say(last);
        });
    }

    private say(last: Progress): void {
        const undo = () => {
            go({ view: "import" });
            void this.undo();
        };
        say(`${this.name}: ${resultWords(last)}`, isUndo(last) ? undefined : { name: "Undo", run: undo });
    }

    private see(progress: Progress | undefined): void {
        this.isCut.value = !progress;
        if (progress) this.progress.value = progress;
    }

    // Runs the imports one after another, because they would only slow each other down.
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
            this.isCut.value = false;
        });
    }
}

export const lockOf = (id: string) => `import ${id}`;

let queue: Promise<void> = Promise.resolve();
