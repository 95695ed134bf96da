# `just` lists what there is. https://just.systems

_list:
    @just --list --unsorted

# The whole API on http://127.0.0.1:9000, over an embedded DynamoDB; takes the options of `cargo todo serve`.
serve *options:
    cargo todo serve {{ options }}

# All tests; with a name, those whose name contains it.
test *name:
    cargo test --all-features {{ name }}

# What has to be clean: format, lints, documentation.
lint:
    cargo fmt --check
    cargo clippy --all-features --all-targets -- -D warnings
    cargo clippy --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --all-features --document-private-items

# The binary embeds openapi.json when it is compiled, so the file stays whole until the new one is.
# Refreshes openapi.json from the handlers.
openapi:
    mkdir -p target
    cargo todo openapi >target/openapi.json
    mv target/openapi.json openapi.json

# The Lambda for this machine's architecture, and its size.
build:
    cargo build --release --locked
    ls -lh target/release/todo-action

# Everything that has to pass before a change goes in.
ci:
    bash .ci/run
