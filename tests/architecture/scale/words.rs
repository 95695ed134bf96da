//! Writes numbers for people.

/// An amount of dollars with at most three significant digits, for example `$0.02`, `$4.31`, `$25` or `$12,300`.
pub fn dollars(amount: f64) -> String {
    match amount {
        amount if amount <= 0.0 => "–".to_owned(),
        amount if amount < 0.005 => "< $0.01".to_owned(),
        amount if amount < 9.995 => format!("${amount:.2}"),
        amount => format!("${}", grouped(rounded(amount, 3))),
    }
}

/// A small amount of dollars with three significant digits.
pub fn small_dollars(amount: f64) -> String {
    let digits = (2 - amount.log10().floor() as i32).clamp(2, 6) as usize;
    format!("${amount:.digits$}")
}

/// A number of people, requests or units with two significant digits, for example `870`, `4,200` or `1.3 million`.
pub fn about(number: f64) -> String {
    if number < 0.5 {
        return "< 1".to_owned();
    }
    let number = rounded(number.max(1.0), 2);
    if number >= 1e9 {
        return format!("{} billion", number / 1e9);
    }
    if number >= 1e6 { format!("{} million", number / 1e6) } else { grouped(number) }
}

/// The number, rounded to this number of significant digits and to a whole number. The number must be at least 1.
pub fn rounded(number: f64, digits: i32) -> f64 {
    let step = 10_f64.powi((number.log10().floor() as i32 + 1 - digits).max(0));
    (number / step).round() * step
}

/// A whole number with a comma before each group of three digits.
pub fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let head = digits.len() % 3;
    let mut text = digits[..head].to_owned();
    for (index, group) in digits.as_bytes()[head..].chunks(3).enumerate() {
        if index > 0 || head > 0 {
            text.push(',');
        }
        text.push_str(std::str::from_utf8(group).expect("digits"));
    }
    text
}

/// A table with these columns and rows.
pub fn table(columns: &[String], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut table = line(columns) + &format!("|{}\n", "---|".repeat(columns.len()));
    for row in rows {
        table.push_str(&line(&row));
    }
    table
}
