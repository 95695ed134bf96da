//! The code for AWS Lambda. This code reads Lambda events, makes the answers, and finds the address of the deployment.

pub mod event;
pub mod gateway;
pub mod reply;
