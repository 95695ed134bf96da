//! The rules for the structure of the program. Each rule is a function. The function receives the name and the text of
//! a file, and returns all violations in this file. The list below contains each rule, and examples of violations. For
//! each rule, one test checks that the repository has no violation. Another test checks that each rule reports its
//! examples.

mod circle;
mod facts;
mod operations;
mod rule;
mod scale;
mod source;

use rule::{LONGEST_FILE, LONGEST_FUNCTION, LONGEST_README};
use source::{code, lambda, program, tracked};

type Rule = fn(&str, &str) -> Vec<String>;

macro_rules! rules {
    ($($rule:ident of $files:ident, broken by $($name:literal: $text:expr),+;)*) => {
        $(
            #[test]
            fn $rule() {
                let files: Vec<(String, String)> = $files();
                assert!(!files.is_empty(), "there is nothing to look at");
                let broken: Vec<_> = files.iter().flat_map(|(name, text)| rule::$rule(name, text)).collect();
                assert!(broken.is_empty(), "\n{}", broken.join("\n"));
            }
        )*

        fn rules() -> Vec<(&'static str, Rule, &'static str, String)> {
            vec![$($((stringify!($rule), rule::$rule, $name, String::from($text))),+),*]
        }
    };
}

rules! {
    imports_go_downwards of program, broken by
        "src/domain/todo.rs": "use crate::store::Store;",
        "src/cache.rs": "";
    the_diagrams_have_the_arrows_of_the_rules of tracked, broken by
        "docs/ARCHITECTURE.md": "```mermaid\nflowchart TD\n    api --> mcp\n```";
    folders_use_only_the_folders_that_they_may_use of program, broken by
        "src/api/answer/view.rs": "use crate::api::request::cursor::ListingId;",
        "src/api/answer/view.rs": "use super::super::{request::cursor};",
        "src/api/request/extract.rs": "use crate::api::ApiError;",
        "src/api/more.rs": "";
    the_library_is_its_layers of program, broken by
        "src/lib.rs": "pub mod api; pub fn more() {}";
    the_library_says_its_layers_from_the_outside_in of program, broken by
        "src/lib.rs": "//! from the outside in: api, app, config, domain, local, mcp, oidc, store, tls. Each uses those below it.",
        "src/lib.rs": "//! from the outside in: mcp, api, app, oidc, local, store, config, domain.";
    statuses_of_failures_are_chosen_in_few_files of program, broken by
        "src/api/operations/todos.rs": "fn a() -> StatusCode { StatusCode::CONFLICT }",
        "src/api/answer/error.rs": "fn a() {}";
    nothing_is_imported_by_a_glob of program, broken by
        "src/app.rs": "pub use crate::{config::Config, domain::*};";
    no_test_is_ignored of code, broken by
        "tests/a.rs": "#[test] #[ignore = \"slow\"] fn a() {}",
        "tests/a.rs": "#[cfg_attr(windows, ignore)] #[test] fn a() {}";
    lints_are_expected_for_a_reason_never_allowed of code, broken by
        "src/a.rs": "#![allow(dead_code)]",
        "src/a.rs": "#[cfg_attr(windows, allow(dead_code))] fn a() {}",
        "src/a.rs": "#[expect(dead_code)] fn a() {}";
    the_program_does_not_panic of program, broken by
        "src/a.rs": "fn a() { b().unwrap(); }",
        "src/a.rs": "fn a() { b().expect(\"b\"); }",
        "src/a.rs": "fn a() { todo!() }",
        "src/app.rs": "fn a() {\nb().expect(\"b\");\n}";
    contributors_are_told_how_long_files_and_functions_may_be of tracked, broken by
        "CONTRIBUTING.md": "files of about 300";
    only_the_caller_opens_a_store of program, broken by
        "src/api/operations/todo.rs": "fn a() { app.store.of(&owner, usage) }";
    the_readme_is_short of tracked, broken by
        "README.md": "\n".repeat(LONGEST_README + 1);
    no_function_is_too_long of code, broken by
        "src/a.rs": format!("impl A {{\n    pub(super) async fn a() {{\n{}    }}\n}}", "        b();\n".repeat(LONGEST_FUNCTION - 1)),
        "src/a.rs": format!("fn a(\n    b: u8,\n) {{\n{}}}\n", "\n".repeat(LONGEST_FUNCTION));
    no_file_is_too_long of code, broken by
        "src/a.rs": "\n".repeat(LONGEST_FILE + 1);
    the_lambda_has_no_sqlite_and_no_command_line of lambda, broken by
        "cargo tree": "serde v1.0.0\nclap v4.6.0";
    the_lambda_has_one_http_and_one_tls of lambda, broken by
        "cargo tree": "hyper v0.14.0\nhyper v1.0.0\nrustls v0.23.0",
        "cargo tree": "hyper v1.0.0\nrustls v0.23.0\nnative-tls v0.2.0";
    no_file_names_a_folder_of_somebodys_machine of tracked, broken by
        "README.md": concat!("see /home", "/ann/todo");
    the_table_is_defined_in_the_template_alone of tracked, broken by
        "README.md": concat!("Key", "Schema"),
        "infra/template.yaml": "Resources: {}";
}

#[test]
fn every_rule_notices_when_it_is_broken() {
    for (name, rule, file, text) in rules() {
        assert!(!rule(file, &text).is_empty(), "{name} does not notice {file}: {text}");
    }
}

#[test]
fn no_way_to_write_an_import_escapes() {
    let layer = |text: &str| rule::imports_go_downwards("src/store/read.rs", text);
    for upwards in [
        "use crate::api::router;",
        "use crate::{domain::{id::TodoId, todo}, app::{self, App}};",
        "use super::super::app;",
        "mod inner { use super::super::super::config::Config; }",
        "fn a() -> crate::app::App { todo }",
        "fn a() { log(format!(\"{}\", [crate::config::LIMIT])); }",
        "#[derive(Deserr)] #[deserr(error = crate::api::error::Broken)] struct A;",
        "macro_rules! a { () => { $crate::api::router() } }",
        "use crate::*;",
        "use crate::{self as root};",
    ] {
        assert_ne!(layer(upwards), [""; 0], "{upwards}");
    }
    for sound in [
        "use crate::domain::{id::TodoId, text};",
        "use super::{fault::Fault, item};",
        "mod tests { use super::super::Store; }",
        "/// Unlike [`crate::api`].\npub(crate) fn a() { let text = \"crate::api\"; self.api::<u8>(text) }",
    ] {
        assert_eq!(layer(sound), [""; 0], "{sound}");
    }
}
