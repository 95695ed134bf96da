//! The MCP messages on standard input and standard output, one message on each line.

use std::io;
use std::mem;
use std::sync::Arc;

use rmcp::{
    RoleServer,
    model::{ClientJsonRpcMessage, ClientRequest, ErrorCode, GetMeta, ProtocolVersion, ServerJsonRpcMessage},
    transport::Transport,
};
use todo_action::mcp::message::{self, Unreadable};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    sync::Mutex,
    task::JoinHandle,
};

/// The maximum length of a line in bytes. The SDK has the same maximum. Without a maximum, an endless line would fill
/// the memory.
const LONGEST_LINE: usize = 16 * 1024 * 1024;

/// Reads and writes the messages for the SDK of MCP. The SDK has its own transport. But the transport of the SDK
/// accepts objects that have the same member twice, and ignores the last line if this line has no line break.
///
/// The SDK stops without an answer if a notification or a response comes before the first request. Some clients send
/// notifications or responses before the first request. JSON-RPC requires no answer to a notification or a response. So
/// `Messages` leaves out notifications and responses that come before the first request.
pub struct Messages<R, W> {
    input: BufReader<R>,
    /// The part of a line that has already arrived. The SDK may stop [`Transport::receive`] at any time, and call this
    /// function again.
    line: Vec<u8>,
    /// Whether the SDK accepts notifications and responses.
    has_begun: bool,
    output: Arc<Mutex<W>>,
    /// The task that writes the answer to an unreadable message.
    refusal: Option<JoinHandle<io::Result<()>>>,
}

impl<R: AsyncRead + Unpin, W> Messages<R, W> {
    pub fn new(input: R, output: W) -> Self {
        let (input, output) = (BufReader::new(input), Arc::new(Mutex::new(output)));
        Self { input, line: Vec::new(), has_begun: false, output, refusal: None }
    }

    /// The next line of the input, or `None` at the end of the input. If a line is longer than [`LONGEST_LINE`], this
    /// function returns only the beginning of the line.
    async fn next_line(&mut self) -> Option<Vec<u8>> {
        loop {
            let part = self.input.fill_buf().await.ok()?;
            let end = part.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
            let length = end.unwrap_or(part.len());
            if self.line.len() <= LONGEST_LINE {
                self.line.extend_from_slice(&part[..length]);
            }
            let is_whole = end.is_some() || length == 0;
            self.input.consume(length);
            if is_whole {
                return Some(mem::take(&mut self.line)).filter(|line| !line.is_empty());
            }
        }
    }
}

impl<R, W> Transport<RoleServer> for Messages<R, W>
where
    R: AsyncRead + Send + Unpin,
    W: AsyncWrite + Send + Unpin + 'static,
{
    type Error = io::Error;

    fn send(&mut self, message: ServerJsonRpcMessage) -> impl Future<Output = io::Result<()>> + Send + 'static {
        write(self.output.clone(), message)
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            if let Some(refusal) = &mut self.refusal {
                drop(refusal.await);
                self.refusal = None;
            }
            let line = self.next_line().await?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            match message::read(&line) {
                Ok(received) => {
                    self.has_begun = self.has_begun || begins(&received.message);
                    if self.has_begun || matches!(received.message, ClientJsonRpcMessage::Request(_)) {
                        return Some(received.message);
                    }
                }
                Err(unreadable) => {
                    self.refusal = answer(unreadable).map(|answer| tokio::spawn(write(self.output.clone(), answer)))
                }
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.output.lock().await.shutdown().await
    }
}

/// The answer to an unreadable message. If a line is not JSON, the server sends no answer. The other SDKs of MCP send
/// no answer either. If the server answered, and the client sent this answer back by mistake, both sides would send
/// lines forever. So only the log contains the reason.
fn answer(unreadable: Unreadable) -> Option<ServerJsonRpcMessage> {
    let Unreadable { id, error, is_notification } = unreadable;
    if error.code == ErrorCode::PARSE_ERROR {
        tracing::warn!("a line of the input is not JSON, so it gets no answer: {}", error.message);
        return None;
    }
    (!is_notification).then(|| ServerJsonRpcMessage::error(error, id))
}

async fn write(output: Arc<Mutex<impl AsyncWrite + Unpin>>, message: ServerJsonRpcMessage) -> io::Result<()> {
    let mut line = serde_json::to_vec(&message)?;
    line.push(b'\n');
    let mut output = output.lock().await;
    output.write_all(&line).await?;
    output.flush().await
}

/// Returns whether the SDK accepts all messages that come after this message. The SDK waits for one of two requests:
/// `initialize`, or a request whose `_meta` names a protocol version that does not need `initialize`. The SDK also
/// answers `ping` and `server/discover`, but continues to wait after these requests.
fn begins(message: &ClientJsonRpcMessage) -> bool {
    let ClientJsonRpcMessage::Request(request) = message else { return false };
    match &request.request {
        ClientRequest::InitializeRequest(_) => true,
        ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_) => false,
        other => {
            let meta = other.get_meta();
            let is_known = |version| ProtocolVersion::KNOWN_VERSIONS.contains(&version);
            meta.missing_required_keys(&ProtocolVersion::V_2026_07_28).is_empty()
                && meta.protocol_version().is_some_and(is_known)
        }
    }
}
