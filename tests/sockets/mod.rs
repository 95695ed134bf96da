//! Finds the sockets on which a process listens. The information comes from the folder `/proc` of Linux.

use std::collections::BTreeSet;
use std::fs;

/// Returns the TCP ports on which the process listens, and the paths of its Unix sockets.
pub fn listening(pid: u32) -> Vec<String> {
    let folder = format!("/proc/{pid}");
    let open = fs::read_dir(format!("{folder}/fd")).expect("the process runs");
    let targets = open.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    let inodes: BTreeSet<String> = targets
        .filter_map(|target| Some(target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let rows = |table: &str| fs::read_to_string(format!("{folder}/net/{table}")).unwrap_or_default();
    let mut found = Vec::new();
    for table in ["tcp", "tcp6"] {
        for row in rows(table).lines().skip(1) {
            let columns: Vec<&str> = row.split_whitespace().collect();
            // The value 0A means the state LISTEN.
            if columns[3] == "0A" && inodes.contains(columns[9]) {
                let port = columns[1].rsplit(':').next().expect("an address has a port");
                found.push(u16::from_str_radix(port, 16).expect("a port is a number").to_string());
            }
        }
    }
    for row in rows("unix").lines().skip(1) {
        let columns: Vec<&str> = row.split_whitespace().collect();
        if inodes.contains(columns[6]) && columns.len() > 7 {
            found.push(columns[7].to_owned());
        }
    }
    found
}
