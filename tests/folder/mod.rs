//! A folder for one test. `Drop` removes the folder when the test ends.

use std::path::{Path, PathBuf};

/// The path of the folder.
pub struct Folder(PathBuf);

impl Folder {
    /// Creates an empty folder. Each test must use a different name.
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("todo-action-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Returns the path of a file in the folder. This function does not create the file.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
