//! The data that exist outside the table, and for how long. The privacy policy and the answer to an erasure contain
//! these sentences.

use crate::config::Config;

/// What the logs and the backups contain, and for how long.
pub fn elsewhere(config: &Config) -> Vec<String> {
    if config.function.is_none() {
        return vec![
            "The operator sees the log lines while the service writes them. The service does not store log lines. It makes no backups."
                .to_owned(),
            "The free space of the data file may still contain erased text until the operator compacts the file: `todo people remove --erase` does this."
                .to_owned(),
        ];
    }
    let lines = match config.log_retention_days {
        Some(1) => "Log lines are erased after a day.".to_owned(),
        Some(days) => format!("Log lines are erased after {days} days."),
        None => "Log lines are kept for as long as the operator has set.".to_owned(),
    };
    vec![
        lines,
        "For some requests, Amazon Web Services keeps a record of how long each step took, for 30 days.".to_owned(),
        "Backups serve only to restore the service. Backups may still contain erased data for up to 35 days."
            .to_owned(),
    ]
}
