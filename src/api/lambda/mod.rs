//! What is special about a Lambda behind API Gateway: the events, and the addresses.

pub mod event;
pub mod gateway;
