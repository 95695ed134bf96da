// Makes a file small enough to be sent.

// A request may have at most 4 MB, which must include more than the part of the file.
const PART_BYTES = 3_900_000;

export function pack(file: Blob): Promise<Blob> {
    return new Response(file.stream().pipeThrough(new CompressionStream("gzip"))).blob();
}

export function partsOf(packed: Blob, size = PART_BYTES): [Blob, ...Blob[]] {
    const rest: Blob[] = [];
    for (let at = size; at < packed.size; at += size) rest.push(packed.slice(at, at + size));
    return [packed.slice(0, size), ...rest];
}

// Sends the parts one after another: the answer to the first part has the id of the import, which the other parts need.
// Returns the answer to the last part.
export async function sendParts<A extends { import: string }>(
    [first, ...rest]: readonly [Blob, ...Blob[]],
    send: (part: Blob, id: string | undefined, more: boolean) => Promise<A>,
): Promise<A> {
    let answer = await send(first, undefined, rest.length > 0);
    const { import: id } = answer;
    for (const [at, part] of rest.entries()) {
        answer = await send(part, id, at + 1 < rest.length);
    }
    return answer;
}
