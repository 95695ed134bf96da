//! This code is for AWS Lambda: it reads Lambda events, and finds the address of the deployment.

pub mod event;
pub mod gateway;
