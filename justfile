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

# The Lambda, for arm64 as the template has it; `just build x86_64` for the other.
build architecture="arm64":
    cargo lambda build --release --locked {{ if architecture == "arm64" { "--arm64" } else { "" } }}
    ls -lh target/lambda/todo-action/bootstrap

# The whole stack; asks for what it has not been told before.
deploy architecture="arm64":
    cd infra && sam build --parameter-overrides Architecture={{ architecture }}
    cd infra && sam deploy --guided --parameter-overrides Architecture={{ architecture }}

# New code for the function of a stack; its name is the output FunctionName.
deploy-code function architecture="arm64": (build architecture)
    cargo lambda deploy --binary-name todo-action {{ function }}

# The outputs of the stack: what to paste into the GPT editor.
outputs stack="todo-action":
    cd infra && sam list stack-outputs --stack-name {{ stack }}

# The log of the function, as it comes.
logs stack="todo-action":
    cd infra && sam logs --stack-name {{ stack }} --name Function --tail

# The embedded DynamoDB alone, on port 8000, for the two below.
dynamodb *options:
    cargo todo dynamodb {{ options }}

# The function on this machine, compiled again after each change; wants `just dynamodb` in another terminal, and the line that it prints in this one.
watch:
    cargo lambda watch --invoke-address 127.0.0.1

# Sends one of infra/events to `just watch`.
invoke event="list":
    cargo lambda invoke todo-action --invoke-address 127.0.0.1 --data-file infra/events/{{ event }}.json

# `sam local invoke` with every event and a session through `sam local start-api`; starts a container engine if there is none.
sam-local:
    infra/sam-local

_bench := "cargo run --quiet --locked --manifest-path benches/Cargo.toml --target-dir target/bench --"

_bench-release:
    cargo build --release --locked
    cargo build --release --locked --features cli --bin todo

# What each operation costs, and how that grows: writes the tables of docs/PERFORMANCE.md. Wants a quiet machine.
bench *options: _bench-release
    {{ _bench }} function {{ options }}

# The same operations beside functions in Python, Node.js and Rust as others would write them: three minutes.
bench-peers *options: _bench-release
    benches/peers/build
    {{ _bench }} peers {{ options }}

# 64 callers at once on `todo serve`, then with a DynamoDB that throttles: two minutes.
bench-load *options: _bench-release
    {{ _bench }} load {{ options }}

# Sizes, instructions, calls and units as benches/expected.json has them; `--write` takes what there is. Needs valgrind.
bench-guard *options:
    cargo lambda build --release --locked
    cargo build --all-features --locked --bin todo
    {{ _bench }} guard --function target/lambda/todo-action/bootstrap --todo target/debug/todo {{ options }}

# What can be checked of a deployment without AWS.
check-infra:
    infra/check

# Everything that has to pass before a change goes in.
ci:
    bash .ci/run
