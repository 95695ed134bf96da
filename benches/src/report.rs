//! Writes the results of the benchmark as JSON files, and as tables into docs/PERFORMANCE.md.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use serde::Serialize;

use crate::{
    Result,
    credentials::REQUESTS,
    growth::Grown,
    load::Load,
    measure::{Figures, Operation},
    script::{COMMON, OPERATIONS},
    stats::ratio,
};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/PERFORMANCE.md");

/// Writes the results into the file `target/bench-NAME.json`, and prints the results.
pub fn json(target: &Path, name: &str, results: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(results)?;
    std::fs::create_dir_all(target)?;
    std::fs::write(target.join(format!("bench-{name}.json")), &text)?;
    println!("{text}");
    Ok(())
}

/// Replaces a part of docs/PERFORMANCE.md: the text between the two comments with this name.
pub fn document(name: &str, text: &str) -> Result<()> {
    let whole = std::fs::read_to_string(DOCUMENT)?;
    let (from, to) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = whole.split_once(&from).ok_or_else(|| format!("{DOCUMENT} has no {from}"))?;
    let (_, after) = rest.split_once(&to).ok_or_else(|| format!("{DOCUMENT} has no {to}"))?;
    Ok(std::fs::write(DOCUMENT, format!("{before}{from}{text}{to}{after}"))?)
}

/// Returns the date, the commit, the machine and the software of the measurement.
pub fn circumstances(rounds: usize) -> String {
    let rounds = match rounds {
        1 => "Results of one round.".to_owned(),
        _ => format!("Medians of {rounds} rounds. In each round, the functions took turns."),
    };
    let told = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().map(|output| output.stdout).unwrap_or_default();
        String::from_utf8_lossy(&output).trim().to_owned()
    };
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let commit = told("git", &["-C", env!("CARGO_MANIFEST_DIR"), "rev-parse", "--short", "HEAD"]);
    format!(
        "{}, commit {commit}, {} × {}, Linux {}, {}, Node.js {}, {}. {rounds}\n\n",
        told("date", &["-u", "+%-d %B %Y"]),
        told("nproc", &["--all"]),
        processor.unwrap_or("processor"),
        told("uname", &["-r"]),
        told("rustc", &["--version"]).split(" (").next().unwrap_or_default(),
        told("node", &["--version"]),
        told("python3", &["--version"]),
    )
}

/// Returns the table of the costs of our function.
pub fn alone(figures: &Figures) -> String {
    let mut text = format!(
        "init {:.1} ms · first request {:.2} ms ({:.2} ms of CPU) · memory {:.1} MB · executable {:.2} MB · zip {:.2} MB\n\n\
         | | wall µs, p50 | p99 | CPU µs, p50 | p99 |\n\
         |---|---|---|---|---|\n",
        figures.init_ms,
        figures.first_ms,
        figures.first_cpu_ms,
        figures.memory_kib * 1024.0 / 1e6,
        figures.executable_bytes as f64 / 1e6,
        figures.zip_bytes as f64 / 1e6
    );
    let names = OPERATIONS.iter().map(|operation| operation.name);
    for name in names.chain(REQUESTS.iter().map(|request| request.name)) {
        if let Some(operation) = figures.operations.get(name) {
            // This table shows neither DynamoDB calls nor units, because docs/OPERATIONS.md already contains these
            // numbers.
            row(&mut text, name, &Operation { cost: None, ..operation.clone() });
        }
    }
    text
}

/// Returns the table that shows how the costs grow with the number of todos.
pub fn growth(grown: &[Grown]) -> String {
    let mut text = "| | todos | wall µs, p50 | p99 | CPU µs, p50 | p99 | DynamoDB calls | read units | write units |\n\
                    |---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    let names = grown.first().into_iter().flat_map(|grown| grown.operations.keys());
    for name in names {
        for grown in grown {
            row(&mut text, &format!("{name} | {}", grown.todos), &grown.operations[name]);
        }
    }
    text
}

fn row(text: &mut String, name: &str, operation: &Operation) {
    let Operation { wall, cpu, cost } = operation;
    let _ = write!(text, "| {name} | {:.0} | {:.0} | {:.0} | {:.0} |", wall.p50, wall.p99, cpu.p50, cpu.p99);
    if let Some(cost) = cost {
        let _ = write!(text, " {} | {} | {} |", cost.calls, cost.read_units, cost.write_units);
    }
    text.push('\n');
}

/// Returns the table that compares all measured functions. For each function, `quota` contains the time of the first
/// request with 7 % of a processor.
pub fn peers(figures: &[Figures], quota: &[Option<f64>]) -> String {
    let mut text = "| | init ms | first ms | cold ms | first, 7 % CPU, ms |".to_owned();
    COMMON.iter().for_each(|name| text.push_str(&format!(" {name}: µs (CPU) |")));
    text.push_str(" memory MB | zip KB |\n|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (figures, quota) in figures.iter().zip(quota) {
        let quota = quota.map_or_else(|| "–".to_owned(), |quota| format!("{quota:.1}"));
        let _ = write!(
            text,
            "| {} | {:.1} | {:.1} | {:.1} | {quota} |",
            figures.name, figures.init_ms, figures.first_ms, figures.cold_ms
        );
        for name in COMMON {
            let operation = figures.operations.get(name).cloned().unwrap_or_default();
            let _ = write!(text, " {:.0} ({:.0}) |", operation.wall.p50, operation.cpu.p50);
        }
        let _ = writeln!(text, " {:.1} | {} |", figures.memory_kib * 1024.0 / 1e6, figures.zip_bytes / 1000);
    }
    text.push_str(&goals(figures));
    if let Some(ours) = figures.first() {
        let own = [
            ("first request, ms of CPU", Some(ours.first_cpu_ms), 1.0),
            ("first request under 7 % of a processor, ms", quota.first().copied().flatten(), 5.0),
            ("executable, MB", Some(ours.executable_bytes as f64 / 1e6), 11.5),
            ("zip, MB", Some(ours.zip_bytes as f64 / 1e6), 5.2),
            ("memory, MB", Some(ours.memory_kib * 1024.0 / 1e6), 13.0),
        ];
        text.push_str("\n| todo-action | is | goal |\n|---|---|---|\n");
        for (what, is, goal) in own {
            let is = is.map_or_else(|| "–".to_owned(), |is| format!("{is:.2}"));
            let _ = writeln!(text, "| {what} | {is} | ≤ {goal} |");
        }
    }
    text
}

/// Returns the table of ratios and goals. A ratio is a figure of our function divided by the same figure of another
/// function.
fn goals(figures: &[Figures]) -> String {
    let mut text = "\n| todo-action as a part of | figure | ratio | goal |\n|---|---|---|---|\n".to_owned();
    let Some((ours, peers)) = figures.split_first() else { return text };
    for peer in peers {
        let mut line = |what: &str, ratio: f64, goal: Option<f64>| {
            let goal = goal.map_or_else(|| "–".to_owned(), |goal| format!("≤ {goal:.3}"));
            let _ = writeln!(text, "| {} | {what} | {ratio:.3} | {goal} |", peer.name);
        };
        let warm = |name: &str, of: fn(&Operation) -> f64| {
            let of = |figures: &Figures| -> Vec<f64> { figures.rounds.operations[name].iter().map(of).collect() };
            ratio(of(ours), of(peer))
        };
        let wall: fn(&Operation) -> f64 = |operation| operation.wall.p50;
        let cpu: fn(&Operation) -> f64 = |operation| operation.cpu.p50;
        let (cold, get, rust) = match peer.name.split([' ', '.', ',']).next() {
            Some("Node") => (Some(1.0 / 30.0), Some(1.0 / 3.0), false),
            Some("Python") => (Some(1.0 / 50.0), Some(1.0 / 3.0), false),
            _ if peer.name.contains("usual") => (Some(1.0 / 5.0), Some(0.75), true),
            _ => (None, None, false),
        };
        line("cold start", ratio(ours.rounds.cold.clone(), peer.rounds.cold.clone()), cold);
        line("getTodo, wall", warm("getTodo", wall), get);
        line("getTodo, CPU", warm("getTodo", cpu), get);
        line("addTodos, CPU", warm("addTodos, 1", cpu), rust.then_some(1.0));
        line("getTodos of 20, CPU", warm("getTodos, 20", cpu), rust.then_some(0.8));
    }
    text
}

/// Returns the table of `todo serve` under load, without and with throttling by DynamoDB.
pub fn load([calm, throttled]: &[Load; 2]) -> String {
    let mut text = "| | DynamoDB answers | 5 % of its answers are throttles |\n|---|---|---|\n".to_owned();
    let mut line = |what: &str, of: fn(&Load) -> String| {
        let _ = writeln!(text, "| {what} | {} | {} |", of(calm), of(throttled));
    };
    line("requests", |load| format!("{} in {:.0} s", load.requests, load.seconds));
    line("requests per second", |load| format!("{:.0}", load.requests_per_second));
    line("p50, p99 ms", |load| format!("{:.1}, {:.1}", load.wall.p50 / 1e3, load.wall.p99 / 1e3));
    line("answers of 500 and above", |load| load.errors.to_string());
    line("calls throttled", |load| load.throttled_calls.to_string());
    line("todos written, changed and deleted", |load| load.todos.to_string());
    line("writes lost, doubled", |load| format!("{}, {}", load.lost, load.doubled));
    line("memory MB, after each tenth", |load| {
        let memory = load.memory_kib.iter().map(|kib| format!("{:.0}", *kib as f64 * 1024.0 / 1e6));
        memory.collect::<Vec<_>>().join(" ")
    });
    text
}
