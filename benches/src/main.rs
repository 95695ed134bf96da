//! Measures the costs of our function, and compares these costs with the costs of other functions. The results and the
//! method of measurement are in docs/PERFORMANCE.md.

mod chart;
mod contender;
mod cpus;
mod credentials;
mod dynamodb;
mod growth;
mod guard;
mod load;
mod measure;
mod quota;
mod report;
mod runtime_api;
mod script;
mod stats;
mod throttle;
mod tls;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use contender::Contender;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
    /// Cargo's target folder.
    #[arg(long, global = true, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../target"))]
    target: PathBuf,
    /// The executable of our function, compiled for release.
    #[arg(long, global = true)]
    function: Option<PathBuf>,
    /// The executable of the `todo` command, which contains the embedded DynamoDB.
    #[arg(long, global = true)]
    todo: Option<PathBuf>,
    /// Number of rounds of measurement [default: 15 for `peers`, 5 for `function`]
    #[arg(long, global = true)]
    rounds: Option<usize>,
    /// Number of measured events of each operation in a round.
    #[arg(long, global = true, default_value_t = 40)]
    samples: usize,
}

#[derive(Subcommand)]
enum What {
    /// Measure our function.
    Function,
    /// Measure our function and the functions in benches/peers. Run the script benches/peers/build first.
    Peers,
    /// Put `todo serve` under load twice: without throttling by DynamoDB, and then with throttling.
    Load {
        /// The duration of each of the two runs, in seconds.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// Compare sizes, instructions, DynamoDB calls and units with benches/expected.json.
    Guard {
        /// Write the measured figures into benches/expected.json.
        #[arg(long)]
        write: bool,
    },
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let Arguments { what, target, function, todo, rounds, samples } = Arguments::parse();
    let function = function.unwrap_or_else(|| target.join("release/todo-action"));
    let todo = todo.unwrap_or_else(|| target.join("release/todo"));
    let ours = Contender::ours(&function);
    match what {
        What::Guard { write } => guard::run(&function, &todo, write),
        What::Load { seconds } => {
            let loads = [load::run(&todo, seconds, false)?, load::run(&todo, seconds, true)?];
            report::document("load", &(report::circumstances(1) + &report::load(&loads)))?;
            report::json(&target, "load", &loads)
        }
        What::Function => {
            cpus::share_the_first()?;
            let rounds = rounds.unwrap_or(5);
            let figures = measure::run(&[ours], &todo, rounds, samples)?;
            let grown = growth::run(&Contender::ours(&function), &todo, rounds, samples)?;
            report::document("figures", &(report::circumstances(rounds) + &report::alone(&figures[0])))?;
            report::document("growth", &report::growth(&grown))?;
            report::json(&target, "function", &(&figures[0], grown))
        }
        What::Peers => {
            cpus::share_the_first()?;
            // The measurement of all functions takes long, and the speed of the machine may change during this time.
            // With more rounds, such a change affects the medians less.
            let rounds = rounds.unwrap_or(15);
            let mut contenders = vec![ours];
            contenders.extend(Contender::peers(&target)?);
            let figures = measure::run(&contenders, &todo, rounds, samples)?;
            let quota: Vec<_> = contenders
                .iter()
                .map(|contender| {
                    let first = quota::first_request(contender, &todo);
                    first.inspect_err(|error| eprintln!("7 % of a processor: not measured, {error}")).ok()
                })
                .collect();
            report::document("peers", &(report::circumstances(rounds) + &report::peers(&figures, &quota)))?;
            chart::draw(&figures)?;
            report::json(&target, "peers", &(figures, quota))
        }
    }
}
