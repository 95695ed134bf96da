//! Tests `todo doctor` and `todo serve` with data files that the operating system does not let them use.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{
    command::{Server, refused, todo},
    doctor::{Report, data_file, is_root, of_file, report, without_rights_of_root},
    folder::Folder,
};

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Runs `todo doctor` without the special rights of root.
fn of_file_without_rights(file: &Path) -> Report {
    report(&mut without_rights_of_root(&todo(&["doctor", "--data", file.to_str().unwrap()])))
}

/// Runs the command that an advice contains.
fn mend(command: &str) {
    assert!(Command::new("sh").args(["-c", command]).status().unwrap().success(), "{command}");
}

#[test]
fn a_file_that_its_owner_may_not_write_is_named_and_not_called_damaged() {
    let folder = Folder::new("doctor-read-only");
    let file = data_file(&folder);
    for path in [file.as_path(), folder.as_ref()] {
        let mode = fs::metadata(path).unwrap().permissions().mode();
        set_mode(path, mode & 0o7577);
        let report = of_file_without_rights(&file);
        report.assert_wrong(&["permissions"]);
        let command = format!("chmod u+w {}", path.display());
        report.assert_line("wrong", "permissions", &[&command]);
        report.assert_line("ok", "damage", &[]);
        if is_root() {
            of_file(&file).assert_wrong(&[]);
        }
        mend(&command);
        of_file_without_rights(&file).assert_wrong(&[]);
    }
}

#[test]
fn a_folder_into_which_its_owner_may_not_look_is_named_with_the_command_that_mends_it() {
    let folder = Folder::new("doctor-closed");
    let file = data_file(&folder);
    set_mode(folder.as_ref(), 0o600);
    let report = of_file_without_rights(&file);
    let command = format!("chmod u+x {}", folder.as_ref().display());
    report.assert_line("wrong", "permissions", &["this user cannot look at", &command]);
    report.assert_wrong(&["permissions"]);
    mend(&command);
    of_file_without_rights(&file).assert_wrong(&[]);
}

/// Only root can give a folder to another user.
#[test]
fn a_folder_of_another_user_is_named_with_its_owner() {
    let folder = Folder::new("doctor-folder-owner");
    let file = data_file(&folder);
    let given = chown(folder.as_ref(), Some(4711), None).is_ok();
    assert_eq!(given, is_root());
    if given {
        set_mode(folder.as_ref(), 0o755);
        let report = of_file_without_rights(&file);
        report.assert_wrong(&["permissions"]);
        let shown = folder.as_ref().display();
        let texts = [format!("{shown} belongs to the user 4711"), format!("sudo chown 0 {shown}")];
        report.assert_line("wrong", "permissions", &[&texts[0], &texts[1]]);
        set_mode(folder.as_ref(), 0o700);
        let report = of_file_without_rights(&file);
        report.assert_wrong(&["permissions"]);
        report.assert_line("wrong", "permissions", &[&texts[0], "who runs `todo serve`"]);
    }
}

/// Runs this script. The folder is on a disk of one mebibyte. The script knows the program as `$0` and the folder as
/// `$1`. Returns a report of the script's last command.
#[cfg(target_os = "linux")]
fn on_a_small_disk(folder: &Folder, script: &str) -> Report {
    let program = todo(&[]).get_program().to_owned();
    let disk = "mount -t tmpfs -o size=1m,mode=700 none \"$1\"";
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-euc", &format!("{disk}; {script}")]).arg(program);
    report(command.arg(folder.as_ref()).env("TMPDIR", std::env::temp_dir()).stderr(std::process::Stdio::piped()))
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named() {
    let (folder, other) = (Folder::new("doctor-full"), Folder::new("doctor-full-data"));
    let file = data_file(&other);
    let copy = format!("cp -p {} \"$1/todos.db\"; head -c 2000000 /dev/zero >\"$1/other\" || true", file.display());
    let report = on_a_small_disk(&folder, &format!("{copy}; exec \"$0\" doctor --data \"$1/todos.db\""));
    report.assert_wrong(&["disk"]);
    report.assert_line("wrong", "disk", &["only 0.0 MiB of free space", "every change fails", "delete other files"]);
    let serve = format!("{copy}; exec \"$0\" serve --port 0 --data \"$1/todos.db\"");
    let report = on_a_small_disk(&folder, &serve);
    report.assert_says(&["cannot", "todos.db", "disk", "full"]);
    report.assert_silent("is not a data file");
}

#[test]
fn a_server_that_cannot_use_its_file_says_the_real_reason() {
    let folder = Folder::new("doctor-reason");
    let file = data_file(&folder);
    let arguments = ["serve", "--port", "0", "--data", file.to_str().unwrap()];
    set_mode(folder.as_ref(), 0o500);
    let output = without_rights_of_root(&todo(&arguments)).output().unwrap();
    set_mode(folder.as_ref(), 0o700);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("cannot use the data file") && said.contains("write to the file and to its folder"),
        "{said}"
    );
    let whole = fs::read(&file).unwrap();
    for length in [100, 600, 4096, whole.len() - 4096] {
        fs::write(&file, &whole[..length]).unwrap();
        let said = refused(&arguments);
        assert!(said.contains("is damaged") && !said.contains("is not a data file"), "{length}: {said}");
        of_file(&file).assert_wrong(&["damage"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_was_deleted_under_a_running_server_can_be_saved() {
    let folder = Folder::new("doctor-deleted");
    let file = folder.file("todos.db");
    let server = Server::start(&file);
    let todo = serde_json::json!({"todos": [{"title": "a"}]});
    assert_eq!(server.send("POST", "/todos", todo).0, 201);
    for end in ["", "-wal", "-shm"] {
        fs::remove_file(format!("{}{end}", file.display())).unwrap();
    }
    let report = of_file(&file);
    report.assert_wrong(&["data file"]);
    let process = server.child.id();
    let stop = format!("do not stop the process {process}");
    report.assert_line("wrong", "data file", &[&stop, "are lost", &format!("`cp /proc/{process}/fd/")]);
    // Somebody has put a backup in the place of the deleted file.
    let other = Folder::new("doctor-deleted-backup");
    fs::rename(data_file(&other), &file).unwrap();
    let replaced = of_file(&file);
    replaced.assert_wrong(&["deleted file"]);
    replaced.assert_line("wrong", "deleted file", &["does not use the present file", &stop]);
    for command in report.commands().iter().filter(|command| command.starts_with("cp ")) {
        mend(command);
    }
    server.interrupt();
    let saved = folder.file("todos.db.saved");
    let server = Server::start(&saved);
    let (_, listed) = server.send("GET", "/todos", Value::Null);
    assert_eq!(listed["todos"][0]["title"], "a");
}
