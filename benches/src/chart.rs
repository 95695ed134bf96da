//! Draws the figures of all measured functions as a bar chart. A reader can compare the functions more easily in a
//! chart than in a table.

use std::fmt::Write;

use crate::measure::Figures;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/performance.svg");
/// The sizes of the parts of the chart, in pixels.
const ROW: usize = 18;
const LABEL: usize = 170;
const BAR: f64 = 330.0;

/// The title of a chart panel, and a closure. The closure selects one figure of a Lambda function, for example the cold
/// start.
type Panel = (&'static str, fn(&Figures) -> f64);

/// Draws four panels: the cold start, the warm time, the memory and the zip size of each measured function.
pub fn draw(figures: &[Figures]) -> std::io::Result<()> {
    let panels: [Panel; 4] = [
        ("Cold start: init and first request, ms", |figures| figures.cold_ms),
        ("Warm getTodo, µs of CPU", |figures| figures.operations.get("getTodo").map_or(0.0, |it| it.cpu.p50)),
        ("Memory, MB", |figures| figures.memory_kib * 1024.0 / 1e6),
        ("Zip, MB", |figures| figures.zip_bytes as f64 / 1e6),
    ];
    let panel = (figures.len() + 2) * ROW;
    let (width, height) = (LABEL as f64 + BAR + 80.0, panels.len() * panel);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    for (index, (title, value)) in panels.iter().enumerate() {
        let top = index * panel;
        let most = figures.iter().map(value).fold(f64::MIN_POSITIVE, f64::max);
        let _ = writeln!(svg, "<text x=\"8\" y=\"{}\" font-weight=\"bold\">{title}</text>", top + 14);
        for (row, figures) in figures.iter().enumerate() {
            let (y, value) = (top + (row + 1) * ROW + 4, value(figures));
            let length = value / most * BAR;
            let color = if row == 0 { "#0a7d4f" } else { "#9aa5b1" };
            let digits = if value < 10.0 { 1 } else { 0 };
            let _ = writeln!(svg, "<text x=\"8\" y=\"{}\">{}</text>", y + 12, figures.name);
            let _ =
                writeln!(svg, "<rect x=\"{LABEL}\" y=\"{y}\" width=\"{length:.1}\" height=\"14\" fill=\"{color}\"/>");
            let x = LABEL as f64 + length + 6.0;
            let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{}\">{value:.digits$}</text>", y + 12);
        }
    }
    svg.push_str("</svg>\n");
    std::fs::write(FILE, svg)
}
