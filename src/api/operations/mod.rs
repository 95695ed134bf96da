//! The operations of the API, in one file for each resource. The file `write.rs` contains the common parts of all
//! writes. The file `openapi.rs` makes the OpenAPI document from the operations.

mod by_filter;
mod changes;
mod due_hints;
mod export;
mod filter;
mod found;
mod health;
mod hints;
mod ignored;
#[macro_use]
mod list;
mod lists;
mod many;
pub mod openapi;
mod overview;
mod overview_group;
mod series;
mod settings;
mod sorted;
mod todo;
mod todos;
mod undo;
mod upcoming;
mod write;
mod written;

use axum::Router;

use crate::app::App;
pub use list::Declared;
pub use undo::undo_what_is_unchanged;

operations! {
    shown: {
        todos::get_todos,
        todos::add_todos,
        many::update_todos,
        many::delete_todos,
        todo::get_todo,
        undo::undo_change,
        changes::get_changes,
        overview::get_overview,
        lists::update_lists,
        settings::update_settings,
        export::export_todos,
    }
    // An assistant needs none of these operations. The operations above replace the first three of these operations,
    // and `getHealth` is for programs that monitor the service.
    only_answered: {
        todo::update_todo,
        todo::delete_todo,
        settings::get_settings,
        health::get_health,
    }
}
