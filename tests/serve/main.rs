//! Tests the real commands `todo serve`, `todo export`, `todo import`, `todo feeds`, `todo keys`, `todo clients`,
//! `todo people`, `todo provider`, `todo doctor`, `todo openapi` and `todo dynamodb`.

mod clients;
mod command;
mod connections;
mod data_file;
mod doctor;
mod doctor_file;
mod doctor_items;
mod doctor_place;
mod doctor_service;
mod doctor_sign_in;
mod doctor_table;
mod dynamodb;
mod export;
mod feeds;
#[path = "../folder/mod.rs"]
mod folder;
mod http;
mod import;
#[path = "../kept/mod.rs"]
mod kept;
mod keys;
mod large;
mod log;
mod people;
mod people_erase;
mod provider;
mod provider_secret;
mod running;
#[cfg(target_os = "linux")]
#[path = "../sockets/mod.rs"]
mod sockets;
