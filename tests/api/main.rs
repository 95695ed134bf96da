//! The operations from outside: real requests to the real router, over a real DynamoDB protocol.

mod harness;
mod session;
mod transport;
