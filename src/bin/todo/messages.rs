//! Prepares standard input for the SDK of MCP.

use std::io;

use serde::Deserialize;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

/// The size in bytes of the buffer for input that the SDK has not read yet.
const BUFFER: usize = 64 * 1024;

/// These members of a JSON-RPC message show whether the message is a request, a notification or a response.
#[derive(Deserialize)]
struct Head {
    id: Option<Value>,
    method: Option<String>,
}

/// The messages of `input`, each on one line.
///
/// The SDK stops without an answer if a notification or a response comes before the first request. Some clients send
/// notifications or responses before the first request. JSON-RPC requires no answer to a notification or a response. So
/// this function leaves out notifications and responses that come before the first request. If the last line has no
/// line break, this function adds the line break, because the SDK reads only complete lines.
pub fn messages(input: impl AsyncRead + Unpin + Send + 'static) -> impl AsyncRead {
    let (reader, writer) = tokio::io::simplex(BUFFER);
    // The task ends when the client closes standard input, or when the program stops.
    drop(tokio::spawn(copy(input, writer)));
    reader
}

async fn copy(input: impl AsyncRead + Unpin, mut output: impl AsyncWrite + Unpin) -> io::Result<()> {
    let (mut input, mut line, mut has_begun) = (BufReader::new(input), Vec::new(), false);
    while input.read_until(b'\n', &mut line).await? > 0 {
        if !line.ends_with(b"\n") {
            line.push(b'\n');
        }
        let head = serde_json::from_slice::<Head>(&line).ok();
        has_begun = has_begun || head.as_ref().is_some_and(begins);
        if has_begun || head.is_none_or(|head| head.id.is_some() && head.method.is_some()) {
            output.write_all(&line).await?;
        }
        line.clear();
    }
    output.shutdown().await
}

/// Returns whether the SDK accepts all messages that come after this message. After every request except `ping` and
/// `server/discover`, the SDK accepts all messages.
fn begins(head: &Head) -> bool {
    let method = head.method.as_deref().filter(|_| head.id.is_some());
    method.is_some_and(|method| !matches!(method, "ping" | "server/discover"))
}
