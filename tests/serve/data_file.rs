//! Tests the data file, in which the `todo` command keeps its data.

use super::{command::refused, folder::Folder};

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let folder = Folder::new("unwritable");
    std::fs::write(folder.file("file"), "not a folder").unwrap();
    for data in [folder.as_ref().to_path_buf(), folder.file("file/todos.db")] {
        let said = refused(&["serve", "--port", "0", "--data", data.to_str().unwrap()]);
        assert!(said.contains(data.to_str().unwrap()) && said.contains("cannot"), "{said}");
    }
}

#[test]
fn a_file_of_something_else_is_refused_and_left_as_it_is() {
    let folder = Folder::new("foreign");
    let (text, database) = (folder.file("notes.txt"), folder.file("other.db"));
    std::fs::write(&text, "my diary\n".repeat(1_000)).unwrap();
    let other = rusqlite::Connection::open(&database).unwrap();
    other.execute_batch("CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES ('x');").unwrap();
    drop(other);
    for file in [text, database] {
        let before = std::fs::read(&file).unwrap();
        let said = refused(&["serve", "--port", "0", "--data", file.to_str().unwrap()]);
        assert!(said.contains("is not a data file of todo-action"), "{said}");
        assert_eq!(std::fs::read(&file).unwrap(), before);
    }
}

/// Tests the Unix permissions of the data file.
#[cfg(unix)]
mod permissions {
    use std::fs::{Permissions, metadata, read_dir, set_permissions};
    use std::io::{BufRead, BufReader};
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;
    use std::process::{Command, Stdio};

    use serde_json::{Value, json};

    use super::super::{
        command::{Server, todo},
        folder::Folder,
    };

    fn mode(path: &Path) -> u32 {
        metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn set_mode(path: &Path, mode: u32) {
        set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    /// Returns the files of a folder and their permissions, sorted by file name.
    fn modes(folder: &Path) -> Vec<(String, u32)> {
        let entries = read_dir(folder).unwrap().map(|entry| entry.unwrap());
        let mut modes: Vec<_> =
            entries.map(|entry| (entry.file_name().into_string().unwrap(), mode(&entry.path()))).collect();
        modes.sort();
        modes
    }

    fn private(names: [&str; 3]) -> Vec<(String, u32)> {
        names.map(|name| (name.to_owned(), 0o600)).to_vec()
    }

    /// Returns a command that sets this umask and then runs the program of `command`.
    fn under(umask: &str, command: &Command) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("umask {umask}; exec \"$@\""), "sh"]).arg(command.get_program());
        shell.args(command.get_args()).stdin(Stdio::null()).stderr(Stdio::null());
        shell
    }

    fn serving(umask: &str, data: &Path) -> Server {
        let server = Server::start_command(&mut under(
            umask,
            &todo(&["serve", "--port", "0", "--data", data.to_str().unwrap()]),
        ));
        assert_eq!(server.send("POST", "/todos", json!({"todos": [{"title": "a"}], "allow_duplicate": true})).0, 201);
        server
    }

    #[test]
    fn what_is_made_is_its_user_s_alone_whatever_the_umask() {
        for umask in ["0", "022"] {
            let folder = Folder::new(&format!("modes-{umask}"));
            let data = folder.file("new/folder/todos.db");
            let server = serving(umask, &data);
            assert_eq!([mode(&folder.file("new")), mode(&folder.file("new/folder"))], [0o700; 2], "umask {umask}");
            assert_eq!(modes(&folder.file("new/folder")), private(["todos.db", "todos.db-shm", "todos.db-wal"]));
            drop(server);
        }
    }

    #[test]
    fn other_commands_create_private_files() {
        let folder = Folder::new("modes-commands");
        let commands: [&[&str]; 3] =
            [&["keys", "create", "--name", "a"], &["mcp"], &["dynamodb", "--port", "0", "--allow-host", "a.test"]];
        for arguments in commands {
            let inside = folder.file(arguments[0]);
            let data = inside.join("todos.db");
            let command = todo(&[arguments, &["--data", data.to_str().unwrap()]].concat());
            let mut child = under("0", &command).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            if arguments[0] == "dynamodb" {
                BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
                child.kill().unwrap();
            }
            drop(child.stdin.take());
            child.wait().unwrap();
            assert_eq!((mode(&inside), mode(&data)), (0o700, 0o600), "{arguments:?}");
        }
    }

    #[test]
    fn what_an_earlier_version_has_left_open_is_closed_and_keeps_its_todos() {
        let folder = Folder::new("modes-old");
        let (inside, data) = (folder.file("data"), folder.file("data/todos.db"));
        // The function `drop` kills the server. So the data file and SQLite's two other files stay in the folder.
        drop(serving("022", &data));
        for (name, _) in modes(&inside) {
            set_mode(&inside.join(name), 0o644);
        }
        set_mode(&inside, 0o755);
        let server = serving("022", &data);
        assert_eq!(mode(&inside), 0o700);
        assert_eq!(modes(&inside), private(["todos.db", "todos.db-shm", "todos.db-wal"]));
        assert_eq!(server.send("GET", "/todos", Value::Null).1["todos"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn the_default_folder_is_closed_whatever_is_in_it() {
        let folder = Folder::new("modes-default");
        let inside = folder.file("todo-action");
        std::fs::create_dir(&inside).unwrap();
        std::fs::write(inside.join("backup.db"), "older").unwrap();
        set_mode(&inside, 0o755);
        let mut command = under("022", &todo(&["keys", "list"]));
        assert!(command.env("XDG_DATA_HOME", folder.as_ref()).stdout(Stdio::null()).status().unwrap().success());
        assert_eq!((mode(&inside), mode(&inside.join("todos.db"))), (0o700, 0o600));
    }

    #[test]
    fn a_folder_with_other_things_in_it_or_for_others_keeps_its_permissions() {
        for (name, other, before) in [("shared", Some("todos.db.txt"), 0o755), ("sticky", None, 0o1777)] {
            let folder = Folder::new(&format!("modes-{name}"));
            if let Some(other) = other {
                std::fs::write(folder.file(other), "mine").unwrap();
                set_mode(&folder.file(other), 0o644);
            }
            set_mode(folder.as_ref(), before);
            let data = folder.file("todos.db");
            let _server = serving("0", &data);
            assert_eq!((mode(folder.as_ref()), mode(&data)), (before, 0o600), "{name}");
            assert!(other.is_none_or(|other| mode(&folder.file(other)) == 0o644), "{name}");
        }
    }

    #[test]
    fn what_is_no_file_is_refused_and_keeps_its_permissions() {
        let folder = Folder::new("modes-pipe");
        let pipe = folder.file("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        set_mode(&pipe, 0o666);
        let said = super::refused(&["keys", "list", "--data", pipe.to_str().unwrap()]);
        assert!(said.contains("it is not a file") && mode(&pipe) == 0o666, "{said}");
    }

    #[test]
    fn behind_a_link_the_file_itself_is_closed() {
        let folder = Folder::new("modes-link");
        let (real, link) = (folder.file("real/todos.db"), folder.file("link.db"));
        drop(serving("022", &real));
        set_mode(&real, 0o666);
        symlink(&real, &link).unwrap();
        let _server = serving("0", &link);
        assert_eq!(modes(&folder.file("real")), private(["todos.db", "todos.db-shm", "todos.db-wal"]));
    }

    #[test]
    fn a_file_of_something_else_keeps_its_permissions() {
        let folder = Folder::new("modes-foreign");
        let file = folder.file("diary.txt");
        std::fs::write(&file, "dear diary").unwrap();
        set_mode(&file, 0o644);
        set_mode(folder.as_ref(), 0o755);
        super::refused(&["serve", "--port", "0", "--data", file.to_str().unwrap()]);
        assert_eq!((mode(folder.as_ref()), mode(&file)), (0o755, 0o644));
    }
}
