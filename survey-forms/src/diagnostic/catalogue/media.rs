//! The words for faults of pictures, recordings and films.

use super::{Fault, Words, error};

/// A kind of file in both languages.
fn kind(word: &str) -> (&'static str, &'static str) {
    match word {
        "image" => ("图片（svg、png、jpg、webp）", "a picture (svg, png, jpg, webp)"),
        "audio" => ("录音（mp3、m4a、ogg、wav）", "a recording (mp3, m4a, ogg, wav)"),
        "video" => ("视频（mp4、webm）", "a film (mp4, webm)"),
        _ => ("字幕（vtt）", "captions (vtt)"),
    }
}

pub(super) fn words(fault: &Fault) -> Option<Words> {
    Some(match fault {
        Fault::MissingMedia { file } => error(
            "XF090",
            format!("方案的 media 文件夹里没有 {file}。"),
            format!("The plan's media folder has no {file}."),
        )
        .mend(
            "请放入该文件，或改正文件名（大小写要一致）。",
            "Add the file, or correct its name (capitals count).",
        ),
        Fault::BadMediaName { file } => error(
            "XF091",
            format!("“{file}”不能作媒体文件名：只能有字母、汉字、数字、_、- 和 .，不能带文件夹。"),
            format!("“{file}” cannot be the name of a media file: letters, digits, _, - and . only, without folders."),
        )
        .mend("请改名，例如 rehab.svg。", "Rename it, for instance rehab.svg."),
        Fault::WrongMedia { file, found, wanted } => {
            let (zh, en) = kind(wanted);
            let (found_zh, found_en) = match found {
                Some(mime) => (format!("是 {mime}"), format!("is {mime}")),
                None => ("认不出格式".to_owned(), "is of no known kind".to_owned()),
            };
            error(
                "XF092",
                format!("{file} 的内容{found_zh}，这里要{zh}。"),
                format!("The content of {file} {found_en}; here it must be {en}."),
            )
            .mend(
                "请换成这种格式的文件；只改文件名的后缀不行。",
                "Convert the file; changing the ending of its name does not help.",
            )
        }
        Fault::MediaTooLarge { file, most } => error(
            "XF093",
            format!("{file} 太大，超过了 {most}；网慢的手机打不开。"),
            format!("{file} is larger than {most}; phones on slow networks cannot open it."),
        )
        .mend("请压缩后再放入。", "Compress it."),
        _ => return None,
    })
}
