//! A whole plan as a zip: what may be in it, how much, and never the frame on the way out.

use std::io::{Cursor, Read, Write};
use std::path::{Component, Path};

use analysis::plan::PlanFiles;
use survey_forms::diagnostic::{Diagnostic, Place, nearest};
use survey_forms::text::Text;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Most files of a plan: questionnaires, tables, and media in two languages.
const MAX_FILES: usize = 600;
/// Most bytes of one file once inflated: a film of the largest size that a plan may have.
const MAX_FILE: u64 = 64 * 1024 * 1024;
/// Most bytes of all files together once inflated.
const MAX_ALL: u64 = 256 * 1024 * 1024;
/// Largest archive that is taken in at all.
pub const MAX_ARCHIVE: usize = 64 * 1024 * 1024;

/// Files that a plan has by name.
const TABLES: [&str; 9] = [
    "plan.toml",
    "units.csv",
    "frame.csv",
    "indicators.csv",
    "criteria.csv",
    "admin.csv",
    "series.csv",
    "commitments.csv",
    "comparisons.csv",
];
/// Endings of notes that may lie beside them.
const NOTES: [&str; 2] = [".md", ".txt"];

/// Whether a path is one that a plan may have.
pub fn is_of_a_plan(path: &str) -> bool {
    let plain = |name: &str| !name.is_empty() && !name.contains(['/', '\\']) && !name.starts_with('.');
    TABLES.contains(&path)
        || (plain(path) && NOTES.iter().any(|ending| path.ends_with(ending)))
        || path
            .strip_prefix("forms/")
            .is_some_and(|name| plain(name) && name.ends_with(".xlsx"))
        || path.strip_prefix("media/").is_some_and(plain)
}

fn fault(code: &'static str, place: Place, message: (String, String), mend: (&str, &str)) -> Diagnostic {
    Diagnostic::error(
        code,
        place,
        Text::zh_en(message.0, message.1),
        Text::zh_en(mend.0, mend.1),
    )
}

/// What office programs and operating systems leave in archives.
fn is_litter(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    path.starts_with("__MACOSX/") || name.starts_with('.') || name.starts_with('~') || name == "Thumbs.db"
}

/// The files of an archive, by their paths inside the plan folder; a single folder around them is taken off. Sizes are
/// counted while inflating: what an archive says of itself is not believed.
///
/// # Errors
/// Every fault: no archive, stray files, paths that lead outside, too many or too large files.
pub fn read(bytes: &[u8]) -> Result<PlanFiles, Vec<Diagnostic>> {
    let no_archive = |error: &zip::result::ZipError| {
        vec![fault(
            "PA001",
            Place::unknown(),
            (
                format!("这不是能打开的zip压缩包（{error}）。"),
                format!("This is not a zip archive that can be opened ({error})."),
            ),
            (
                "请把方案文件夹压缩成zip再上传，不要用rar或7z，也不要加密码。",
                "Compress the plan's folder as zip, not rar or 7z, and without a password.",
            ),
        )]
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| no_archive(&error))?;
    if archive.len() > 2 * MAX_FILES {
        return Err(vec![too_many(archive.len())]);
    }
    let mut files = PlanFiles::new();
    let mut faults = Vec::new();
    let mut left = MAX_ALL;
    for index in 0..archive.len() {
        let mut entry = match archive.by_index(index) {
            Ok(entry) => entry,
            Err(error) => return Err(no_archive(&error)),
        };
        let path = entry.name().replace('\\', "/");
        if entry.is_dir() || is_litter(&path) {
            continue;
        }
        let inside = Path::new(&path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !inside || entry.is_symlink() {
            faults.push(fault(
                "PA002",
                Place::file(&path),
                (
                    "这个路径指到方案文件夹外面。".to_owned(),
                    "This path leads out of the plan's folder.".to_owned(),
                ),
                ("请重新压缩方案文件夹。", "Compress the plan's folder again."),
            ));
            continue;
        }
        let most = left.min(MAX_FILE);
        let mut content = Vec::new();
        if entry.by_ref().take(most + 1).read_to_end(&mut content).is_err() {
            faults.push(fault(
                "PA003",
                Place::file(&path),
                (
                    "这个文件损坏了，解不开。".to_owned(),
                    "This file is damaged and cannot be inflated.".to_owned(),
                ),
                ("请重新压缩方案文件夹。", "Compress the plan's folder again."),
            ));
            continue;
        }
        let size = content.len() as u64;
        if size > most {
            faults.push(fault(
                "PA004",
                Place::file(&path),
                (
                    format!(
                        "解开以后太大：单个文件不超过 {} MB，全部不超过 {} MB。",
                        MAX_FILE >> 20,
                        MAX_ALL >> 20
                    ),
                    format!(
                        "Too large once inflated: at most {} MB a file and {} MB in all.",
                        MAX_FILE >> 20,
                        MAX_ALL >> 20
                    ),
                ),
                (
                    "请压缩视频，或者删去不用的文件。",
                    "Make films smaller, or leave out what is not used.",
                ),
            ));
            // What comes after would be judged by what little is left.
            break;
        }
        left -= size;
        files.insert(path, content);
    }
    let files = without_folder(files);
    if files.len() > MAX_FILES {
        faults.push(too_many(files.len()));
    }
    faults.extend(
        files
            .keys()
            .filter(|path| !is_of_a_plan(path))
            .map(|path| stray(path)),
    );
    if faults.is_empty() { Ok(files) } else { Err(faults) }
}

fn too_many(count: usize) -> Diagnostic {
    fault(
        "PA005",
        Place::unknown(),
        (
            format!("压缩包里有 {count} 个文件，最多 {MAX_FILES} 个。"),
            format!("The archive has {count} files; there may be {MAX_FILES}."),
        ),
        ("请只压缩方案文件夹。", "Compress the plan's folder alone."),
    )
}

/// A file that no plan has.
pub fn stray(path: &str) -> Diagnostic {
    let (zh, en) = match nearest(path, TABLES) {
        Some(name) => (format!("是否想写 {name}？否则请拿掉。"), format!("Did you mean {name}? Else take it out.")),
        None => (
            "请拿掉。问卷放 forms/（.xlsx），图片、录音、视频放 media/，说明写成 .md 或 .txt。".to_owned(),
            "Take it out. Questionnaires go into forms/ (.xlsx), media into media/, notes end in .md or .txt.".to_owned(),
        ),
    };
    fault(
        "PA006",
        Place::file(path),
        (
            "方案里没有这样的文件。".to_owned(),
            "A plan has no such file.".to_owned(),
        ),
        (&zh, &en),
    )
}

/// Takes off a folder that is around everything, as when the folder itself was compressed.
fn without_folder(files: PlanFiles) -> PlanFiles {
    if files.contains_key("plan.toml") {
        return files;
    }
    let around = files
        .keys()
        .filter_map(|path| path.strip_suffix("plan.toml"))
        .min_by_key(|folder| folder.len())
        .map(str::to_owned);
    match around {
        Some(folder) if files.keys().all(|path| path.starts_with(&folder)) => files
            .into_iter()
            .filter_map(|(path, content)| Some((path.strip_prefix(&folder)?.to_owned(), content)))
            .collect(),
        _ => files,
    }
}

/// The plan as an archive. The frame is never in it: it names people.
///
/// # Errors
/// When a path cannot be written into an archive.
pub fn write(files: &PlanFiles) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // The same plan gives the same bytes: entries carry the earliest time that the format knows.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (path, content) in files.iter().filter(|(path, _)| path.as_str() != "frame.csv") {
        archive.start_file(path.as_str(), options)?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, content) in entries {
            archive.start_file(*path, SimpleFileOptions::default()).unwrap();
            archive.write_all(content).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    fn codes(bytes: &[u8]) -> Vec<&'static str> {
        read(bytes).unwrap_err().iter().map(|fault| fault.code).collect()
    }

    #[test]
    fn a_plan_goes_out_and_comes_back_without_its_frame() {
        let mut files = crate::synthetic::sample_plan();
        let plan = files.clone();
        files.insert("frame.csv".to_owned(), b"people".to_vec());
        let bytes = write(&files).unwrap();
        assert_eq!(read(&bytes).unwrap(), plan);
        assert_eq!(write(&files).unwrap(), bytes);
    }

    #[test]
    fn a_folder_around_it_and_the_litter_of_programs_are_taken_off() {
        let bytes = zip_of(&[
            ("方案/plan.toml", b"x"),
            ("方案/forms/a.xlsx", b"y"),
            ("方案/.DS_Store", b""),
            ("__MACOSX/方案/._plan.toml", b""),
        ]);
        let files = read(&bytes).unwrap();
        assert_eq!(files.keys().collect::<Vec<_>>(), ["forms/a.xlsx", "plan.toml"]);
    }

    #[test]
    fn strays_ways_out_and_bombs_are_refused() {
        assert_eq!(codes(b"rar"), ["PA001"]);
        assert_eq!(
            codes(&zip_of(&[
                ("plan.toml", b""),
                ("unit.csv", b""),
                ("run.exe", b"")
            ])),
            ["PA006", "PA006"]
        );
        assert_eq!(codes(&zip_of(&[("plan.toml", b""), ("../x.md", b"")])), ["PA002"]);
        assert_eq!(
            codes(&zip_of(&[("plan.toml", b""), ("forms/deep/a.xlsx", b"")])),
            ["PA006"]
        );
        let zeros = vec![0; usize::try_from(MAX_FILE).unwrap() + 1];
        assert_eq!(
            codes(&zip_of(&[("plan.toml", b""), ("media/a.mp4", &zeros)])),
            ["PA004"]
        );
    }
}
