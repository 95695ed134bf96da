// This DNS server never returns an address. The server records each host name that a program looks up. The file
// `loopback_only` sends all lookups to this server.
import { createSocket } from "node:dgram";
import { once } from "node:events";

const HEADER = 12;
const TYPE_AND_CLASS = 4;
const RESPONSE = 0x81;
const NO_SUCH_NAME = 0x83;

// Starts the server at 127.0.0.1, port 53. Returns the list of the names, which grows with each lookup, and a function
// that stops the server.
export async function recordNames() {
    const names = [];
    const socket = createSocket("udp4");
    socket.on("message", (query, sender) => {
        const { name, end } = question(query);
        names.push(name);
        const answer = Buffer.from(query.subarray(0, end));
        answer[2] = RESPONSE;
        answer[3] = NO_SUCH_NAME;
        // The answer repeats one question, and contains no records.
        answer.fill(0, 6, HEADER);
        socket.send(answer, sender.port, sender.address);
    });
    socket.bind(53, "127.0.0.1");
    await once(socket, "listening");
    return { names, stop: () => new Promise((done) => socket.close(done)) };
}

// Returns the name in the first question of a DNS query (RFC 1035, section 4.1.2), and the position after this
// question.
function question(query) {
    const labels = [];
    let at = HEADER;
    while (query[at]) {
        labels.push(query.toString("latin1", at + 1, at + 1 + query[at]));
        at += query[at] + 1;
    }
    return { name: labels.join("."), end: at + 1 + TYPE_AND_CLASS };
}
