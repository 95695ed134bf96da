// Who has made a change: the name of a program, or nothing.
export function Who({ by }: { by?: string | undefined }) {
    return by ? (
        <b>
            <bdi>{by}</bdi>{" "}
        </b>
    ) : null;
}
