//! Code that only a Lambda behind API Gateway needs, for its events and its addresses.

pub mod event;
pub mod gateway;
