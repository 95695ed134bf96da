# The command `just` lists all recipes of this file (https://just.systems).

_list:
    @just --list --unsorted

# The recipe `just serve` accepts the options of `cargo todo serve`.
# Serve the whole API on http://127.0.0.1:9000, with an embedded DynamoDB.
serve *options:
    cargo todo serve {{ options }}

# Run all tests, or only the tests whose names contain `name`.
test *name:
    cargo test --all-features {{ name }}

# Check the format, the lints and the documentation of the Rust code.
lint:
    cargo fmt --check
    cargo clippy --all-features --all-targets -- -D warnings
    cargo clippy --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --all-features --document-private-items

# The compiler embeds openapi.json into the binary, so the old file must stay until the new file is complete.
# Create openapi.json from the handlers of the API.
openapi:
    mkdir -p target
    cargo todo openapi >target/openapi.json
    mv target/openapi.json openapi.json

# Check, test and build the page and the card: web/src becomes web/dist. This recipe needs Node 20.
web:
    npm ci --prefix web --no-fund --no-audit
    npm run --prefix web types
    npm run --prefix web check
    cargo build --all-features
    TODO=$PWD/target/debug/todo npm test --prefix web
    npm run --prefix web build

# This recipe needs Node 20, Chromium and pngquant.
# Make the pictures of the page and of the card in docs/pictures. The todos in the pictures are always the same.
pictures:
    bash -c 'tools=target/tools; source .ci/tools; npm_tools page; npm_tools card'
    cargo build --all-features
    TODO=target/debug/todo TOOLS=target/tools/page LOGS=target PICTURES=docs/pictures target/tools/page/node_modules/.bin/node .ci/page/pictures.mjs
    TODO=target/debug/todo TOOLS=target/tools/card LOGS=target PICTURES=docs/pictures target/tools/card/node_modules/.bin/node .ci/card/pictures.mjs

# Build the Lambda function for arm64, the default of the template. Use `just build x86_64` for x86_64.
build architecture="arm64":
    cargo lambda build --release --locked {{ if architecture == "arm64" { "--arm64" } else { "" } }}
    ls -lh target/lambda/todo-action/bootstrap

# Build and deploy the whole stack. Example: `just deploy arm64 AuthMode=oauth DefaultTimeZone=Europe/Berlin`.
deploy architecture="arm64" *parameters:
    cd infra && sam build --parameter-overrides Architecture={{ architecture }}
    cd infra && sam deploy --parameter-overrides Architecture={{ architecture }} {{ parameters }}

# Deploy new code to the function of a stack. The function's name is the output `FunctionName` of the stack.
deploy-code function architecture="arm64": (build architecture)
    cargo lambda deploy --binary-name todo-action {{ function }}

# Show the outputs of the stack, which contain the values for the GPT editor.
outputs stack="todo-action":
    cd infra && sam list stack-outputs --stack-name {{ stack }}

# Show the log of the function, and wait for new log lines.
logs stack="todo-action":
    cd infra && sam logs --stack-name {{ stack }} --name Function --tail

# Serve only the embedded DynamoDB, on port 8000, for `just watch` and `just invoke`.
dynamodb *options:
    cargo todo dynamodb {{ options }}

# Before `just watch`, start `just dynamodb` in another terminal. The recipe `just dynamodb` prints an `export` line.
# Run this `export` line in the terminal of `just watch`.
# Run the function on this machine, and compile it again after each change.
watch:
    cargo lambda watch --invoke-address 127.0.0.1

# Send one of the events in infra/events to the function that `just watch` runs.
invoke event="list":
    cargo lambda invoke todo-action --invoke-address 127.0.0.1 --data-file infra/events/{{ event }}.json

# If no container engine is running, this recipe starts a container engine.
# Test `sam local invoke` with every event, and `sam local start-api` with a series of requests.
sam-local:
    infra/sam-local

_bench := "cargo run --quiet --locked --manifest-path benches/Cargo.toml --target-dir target/bench --"

_bench-release:
    cargo build --release --locked
    cargo build --release --locked --features cli --bin todo

# Measure the costs of each operation, and write the tables of docs/PERFORMANCE.md. The machine must be idle.
bench *options: _bench-release
    {{ _bench }} function {{ options }}

# Compare our function with typical functions in Python, Node.js and Rust. The comparison takes three minutes.
bench-peers *options: _bench-release
    benches/peers/build
    {{ _bench }} peers {{ options }}

# The load test takes two minutes. In the second part of the test, a proxy throttles some of the calls to DynamoDB.
# Test `todo serve` with 64 clients at the same time.
bench-load *options: _bench-release
    {{ _bench }} load {{ options }}

# Measure what people do every day, and copy facts, such as limits and costs, from their source files into the documents.
facts:
    WRITE_FACTS=1 cargo test --all-features --test api what_people_do_every_day
    WRITE_FACTS=1 cargo test --all-features --test architecture facts -- --test-threads 1

# The option `--write` writes the measured figures into benches/expected.json. This recipe needs valgrind.
# Measure sizes, instructions, DynamoDB calls and units, and compare these figures with benches/expected.json.
bench-guard *options:
    cargo lambda build --release --locked
    cargo build --all-features --locked --bin todo
    {{ _bench }} guard --function target/lambda/todo-action/bootstrap --todo target/debug/todo {{ options }}

# Without a target, each target of the folder fuzz/ runs for this number of seconds. This recipe needs a C++ compiler.
# Give mutated files to the readers of an import, with libFuzzer.
fuzz seconds="60" *targets:
    fuzz/run {{ seconds }} {{ targets }}

# Run all checks of a deployment that do not need AWS.
check-infra:
    infra/check

# Check the scripts of a release, and compile the package of `cargo package`.
check-release:
    release/check

# Rehearse the life of a stack on an emulator of AWS. With `--broken NAME`, one resource is broken, and the rehearsal fails.
rehearse *options:
    infra/rehearse {{ options }}

# Test the API with wishes that people say, and print the table of docs/WISHES.md. The recipe also writes the table.
wishes:
    WRITE_FACTS=1 cargo test --all-features --test wishes table -- --nocapture

# Run all checks that must pass before a change is merged.
ci:
    bash .ci/run
