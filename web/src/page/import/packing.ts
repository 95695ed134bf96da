// Makes a file small enough to be sent.

// A request may have 4 MB, with everything around the part of the file.
export const PART_BYTES = 3_900_000;

export function pack(file: Blob): Promise<Blob> {
    return new Response(file.stream().pipeThrough(new CompressionStream("gzip"))).blob();
}

export function partsOf(packed: Blob, size = PART_BYTES): Blob[] {
    const number = Math.max(1, Math.ceil(packed.size / size));
    return Array.from({ length: number }, (_, at) => packed.slice(at * size, (at + 1) * size));
}
