//! The share of a processor that a function of 128 MB has once its init is over: 7 %.

use std::path::{Path, PathBuf};

use crate::{
    Result, contender::Contender, dynamodb::DynamoDb, measure, runtime_api::Function, script, stats::median, tls::Tls,
};

/// Microseconds in each period, which are as long as Lambda's.
const QUOTA: u64 = 1_400;
const PERIOD: u64 = 20_000;
/// First requests whose median counts.
const STARTS: usize = 7;

/// Milliseconds that the first request takes under the quota.
pub fn first_request(contender: &Contender, todo: &Path) -> Result<f64> {
    let group = Group::make()?;
    let dynamodb = DynamoDb::start(todo)?;
    let tls = Tls::before(dynamodb.address)?;
    let program = contender.program(&dynamodb, &tls, "me");
    let ids = measure::seed(contender.language, &mut Function::start(&program)?)?;
    let mut milliseconds = Vec::new();
    for _ in 0..STARTS {
        let mut function = Function::start(&program)?;
        group.take(function.pid())?;
        // Lambda's quota begins with the request, not in the middle of a period.
        std::thread::sleep(std::time::Duration::from_micros(2 * PERIOD));
        let first = function.expect(script::event("GET", &format!("/todos/{}", ids[0]), "", None))?;
        milliseconds.push(first.wall.as_secs_f64() * 1e3);
    }
    Ok(median(milliseconds))
}

/// A control group of ours, gone when this is dropped. Making one takes root.
struct Group(PathBuf);

impl Group {
    fn make() -> Result<Self> {
        let second = Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
        let parent = if second { "/sys/fs/cgroup" } else { "/sys/fs/cgroup/cpu" };
        let folder = Path::new(parent).join(format!("todo-action-bench-{}", std::process::id()));
        std::fs::create_dir(&folder)?;
        let group = Self(folder);
        if second {
            group.write("cpu.max", format!("{QUOTA} {PERIOD}"))?;
        } else {
            group.write("cpu.cfs_period_us", PERIOD.to_string())?;
            group.write("cpu.cfs_quota_us", QUOTA.to_string())?;
        }
        Ok(group)
    }

    fn take(&self, process: u32) -> Result<()> {
        self.write("cgroup.procs", process.to_string())
    }

    fn write(&self, file: &str, text: String) -> Result<()> {
        Ok(std::fs::write(self.0.join(file), text)?)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The processes in it have been killed by now.
        let _ = std::fs::remove_dir(&self.0);
    }
}
