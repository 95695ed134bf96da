//! The code for AWS Lambda. This code reads Lambda events, and finds the address of the deployment.

pub mod event;
pub mod gateway;
