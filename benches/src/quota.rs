//! Measures the time of a function's first request. In this time, the function may use only 7 % of a processor. After
//! the initialisation, Lambda gives 7 % of a processor to a function with 128 MB of memory.

use std::path::{Path, PathBuf};

use crate::{
    Result, contender::Contender, dynamodb::DynamoDb, measure, runtime_api::Function, script, stats::median, tls::Tls,
};

/// In each period, the function may use `QUOTA` microseconds of processor time. As on Lambda, a period lasts `PERIOD`
/// microseconds.
const QUOTA: u64 = 1_400;
const PERIOD: u64 = 20_000;
/// The number of measured first requests. The result is the median time of these first requests.
const STARTS: usize = 7;

/// Returns the median time of a first request under the quota, in milliseconds.
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
        // On Lambda, the first quota period starts together with the request. In this benchmark, an older quota period
        // may still be running. So the benchmark waits until a new quota period has begun. Then the request starts with
        // the full quota.
        std::thread::sleep(std::time::Duration::from_micros(2 * PERIOD));
        let first = function.expect(script::event("GET", &format!("/todos/{}", ids[0]), "", None))?;
        milliseconds.push(first.wall.as_secs_f64() * 1e3);
    }
    Ok(median(milliseconds))
}

/// A Linux control group, which limits the processor time of a process. `Drop` removes the group. Only root can create
/// a control group.
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
        // All processes of the group have already ended, so Linux can remove the group.
        let _ = std::fs::remove_dir(&self.0);
    }
}
