//! The wishes. The first forty wishes are what people say. A reader who saw only the list of tools has invented the
//! others.

use super::wish::Wish;

/// Makes a test of each wish, and a list of all wishes of the file.
macro_rules! wishes {
    ($($name:ident),* $(,)?) => {
        pub fn all() -> Vec<fn() -> Wish> {
            vec![$($name),*]
        }

        mod play {
            $(
                #[tokio::test]
                async fn $name() {
                    crate::play::both(super::$name).await;
                }
            )*
        }
    };
}

mod adding;
mod days;
mod everything;
mod finding;
mod invented;
mod invented_changes;
mod lists;
mod repeating;
mod steps;
mod undoing;

pub fn all() -> Vec<fn() -> Wish> {
    [
        adding::all(),
        days::all(),
        everything::all(),
        finding::all(),
        invented::all(),
        invented_changes::all(),
        lists::all(),
        repeating::all(),
        steps::all(),
        undoing::all(),
    ]
    .concat()
}
