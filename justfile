# `just` lists all recipes. https://just.systems

_list:
    @just --list --unsorted

# Serve the whole API on http://127.0.0.1:9000, with an embedded DynamoDB; takes the options of `cargo todo serve`.
serve *options:
    cargo todo serve {{ options }}

# Run all tests, or only the tests whose names contain `name`.
test *name:
    cargo test --all-features {{ name }}

# Check format, lints and documentation.
lint:
    cargo fmt --check
    cargo clippy --all-features --all-targets -- -D warnings
    cargo clippy --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --all-features --document-private-items

# The compiler embeds openapi.json into the binary, so the old file must stay until the new file is complete.
# Make openapi.json from the handlers.
openapi:
    mkdir -p target
    cargo todo openapi >target/openapi.json
    mv target/openapi.json openapi.json

# Build the Lambda for arm64, the default of the template; `just build x86_64` builds it for x86_64.
build architecture="arm64":
    cargo lambda build --release --locked {{ if architecture == "arm64" { "--arm64" } else { "" } }}
    ls -lh target/lambda/todo-action/bootstrap

# Build and deploy the whole stack: `just deploy arm64 AuthMode=oauth DefaultTimeZone=Europe/Berlin`.
deploy architecture="arm64" *parameters:
    cd infra && sam build --parameter-overrides Architecture={{ architecture }}
    cd infra && sam deploy --parameter-overrides Architecture={{ architecture }} {{ parameters }}

# Deploy new code to the function of a stack; the function's name is the stack's output FunctionName.
deploy-code function architecture="arm64": (build architecture)
    cargo lambda deploy --binary-name todo-action {{ function }}

# Show the outputs of the stack: the values for the GPT editor.
outputs stack="todo-action":
    cd infra && sam list stack-outputs --stack-name {{ stack }}

# Show the log of the function, and follow it.
logs stack="todo-action":
    cd infra && sam logs --stack-name {{ stack }} --name Function --tail

# Serve only the embedded DynamoDB, on port 8000, for `just watch` and `just invoke`.
dynamodb *options:
    cargo todo dynamodb {{ options }}

# First start `just dynamodb` in another terminal. It prints an `export` line: run that line in this terminal.
# Run the function on this machine; compiles it again after each change.
watch:
    cargo lambda watch --invoke-address 127.0.0.1

# Send one of the events in infra/events to `just watch`.
invoke event="list":
    cargo lambda invoke todo-action --invoke-address 127.0.0.1 --data-file infra/events/{{ event }}.json

# Try `sam local invoke` with every event, and `sam local start-api` with a session; starts a container engine if necessary.
sam-local:
    infra/sam-local

_bench := "cargo run --quiet --locked --manifest-path benches/Cargo.toml --target-dir target/bench --"

_bench-release:
    cargo build --release --locked
    cargo build --release --locked --features cli --bin todo

# Measure what each operation costs, and write the tables of docs/PERFORMANCE.md. Needs an idle machine.
bench *options: _bench-release
    {{ _bench }} function {{ options }}

# Compare the function with usual functions in Python, Node.js and Rust; takes three minutes.
bench-peers *options: _bench-release
    benches/peers/build
    {{ _bench }} peers {{ options }}

# Put 64 clients at once on `todo serve`, first without and then with throttling by DynamoDB; takes two minutes.
bench-load *options: _bench-release
    {{ _bench }} load {{ options }}

# Write the facts that documents repeat, such as limits and costs, from their sources.
facts:
    WRITE_FACTS=1 cargo test --all-features --test architecture facts

# Compare sizes, instructions, calls and units with benches/expected.json; `--write` writes this file. Needs valgrind.
bench-guard *options:
    cargo lambda build --release --locked
    cargo build --all-features --locked --bin todo
    {{ _bench }} guard --function target/lambda/todo-action/bootstrap --todo target/debug/todo {{ options }}

# Check as much of a deployment as is possible without AWS.
check-infra:
    infra/check

# Run all checks that must pass before a change is merged.
ci:
    bash .ci/run
