//! The code frame for free text: themes, and the words by which a text is taken to speak of one.
//!
//! What people write may identify them, so no report quotes it. It is sorted into themes by rules that anybody can
//! read and check: a text names a theme when it holds one of the theme's words. A text may name several; one that
//! names none is coded [`OTHER`]. The frame is printed with the results, and the same for every unit.
//!
//! Limits: words are looked for as they are written, without regard to negation or irony; the shares say what people
//! write about, not how good or bad they find it.

use survey_forms::text::Text;

/// The code of texts that name no theme.
pub const OTHER: &str = "other";

/// A theme with the words that stand for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// The code in results.
    pub code: &'static str,
    /// Name in Chinese.
    pub zh: &'static str,
    /// Name in English.
    pub en: &'static str,
    /// Words, in lower case; Chinese ones anywhere in the text, English ones at the beginning of a word.
    pub words: &'static [&'static str],
}

impl Theme {
    /// The name in both languages.
    #[must_use]
    pub fn name(&self) -> Text {
        Text::zh_en(self.zh, self.en)
    }

    fn is_named(&self, text: &str) -> bool {
        self.words.iter().any(|word| {
            if word.is_ascii() {
                let mut found = text.match_indices(word);
                found.any(|(at, _)| !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric()))
            } else {
                text.contains(word)
            }
        })
    }
}

/// The frame, in the order in which it is printed.
pub const FRAME: [Theme; 16] = [
    Theme {
        code: "rehab",
        zh: "康复和辅助器具",
        en: "Rehabilitation and aids",
        words: &[
            "康复",
            "训练",
            "轮椅",
            "辅具",
            "辅助器具",
            "助听",
            "假肢",
            "拐杖",
            "矫形",
            "rehab",
            "wheelchair",
            "hearing aid",
            "prosthe",
            "crutch",
        ],
    },
    Theme {
        code: "care",
        zh: "托养和照护",
        en: "Care and respite",
        words: &[
            "托养",
            "照护",
            "照顾",
            "陪护",
            "喘息",
            "日间",
            "护工",
            "精神残疾人的家庭",
            "care",
            "respite",
            "day centre",
        ],
    },
    Theme {
        code: "education",
        zh: "教育和孩子上学",
        en: "Schooling",
        words: &[
            "上学",
            "学校",
            "入学",
            "随班",
            "特教",
            "特殊教育",
            "老师",
            "school",
            "teacher",
            "education",
        ],
    },
    Theme {
        code: "employment",
        zh: "就业和收入",
        en: "Work and income",
        words: &[
            "就业",
            "工资",
            "打工",
            "岗位",
            "创业",
            "找活",
            "做的活",
            "能做的事",
            "找工作",
            "job",
            "employ",
            "wage",
            "income",
        ],
    },
    Theme {
        code: "allowance",
        zh: "补贴和救助",
        en: "Allowances and relief",
        words: &[
            "补贴",
            "补助",
            "低保",
            "救助",
            "津贴",
            "到账",
            "慰问",
            "allowance",
            "subsid",
            "relief",
            "benefit",
        ],
    },
    Theme {
        code: "medical",
        zh: "看病和药费",
        en: "Medical care and its cost",
        words: &[
            "看病", "药", "医保", "医疗", "报销", "住院", "医院", "medic", "doctor", "hospital", "drug",
        ],
    },
    Theme {
        code: "access",
        zh: "无障碍和出行",
        en: "Accessibility and getting about",
        words: &[
            "无障碍",
            "坡",
            "台阶",
            "厕所",
            "电梯",
            "盲道",
            "扶手",
            "手语",
            "字幕",
            "出行",
            "接送",
            "ramp",
            "lift",
            "toilet",
            "sign language",
            "accessib",
            "transport",
        ],
    },
    Theme {
        code: "culture",
        zh: "文体和活动",
        en: "Culture, sport and activities",
        words: &[
            "活动", "文化", "文体", "体育", "比赛", "演出", "sport", "activit", "cultur",
        ],
    },
    Theme {
        code: "training",
        zh: "培训和学习",
        en: "Training",
        words: &["培训", "学习班", "有人教", "教怎么", "training", "course"],
    },
    Theme {
        code: "cert",
        zh: "办证和评残",
        en: "Certificates and assessment",
        words: &[
            "办证",
            "评残",
            "残疾证",
            "鉴定",
            "换证",
            "certificate",
            "assessment",
        ],
    },
    Theme {
        code: "rights",
        zh: "权益和法律",
        en: "Rights and law",
        words: &[
            "法律", "维权", "权益", "监护", "信访", "歧视", "律师", "rights", "legal", "lawyer",
        ],
    },
    Theme {
        code: "information",
        zh: "信息公开和通知",
        en: "Openness and notice",
        words: &[
            "通知",
            "名单",
            "公示",
            "公开",
            "宣传",
            "不知道",
            "说一声",
            "政策",
            "notice",
            "list",
            "inform",
        ],
    },
    Theme {
        code: "procedure",
        zh: "手续、快慢和答复",
        en: "Procedure, speed, replies",
        words: &[
            "手续",
            "几趟",
            "跑",
            "等了",
            "回话",
            "答复",
            "太慢",
            "材料",
            "窗口",
            "申请",
            "slow",
            "wait",
            "paperwork",
            "reply",
            "answer",
        ],
    },
    Theme {
        code: "contact",
        zh: "上门和联系",
        en: "Visits and contact",
        words: &[
            "上门",
            "看看",
            "走访",
            "专职委员",
            "下乡",
            "关心",
            "联系",
            "离家近",
            "visit",
            "contact",
            "nearer",
        ],
    },
    Theme {
        code: "digital",
        zh: "手机和网上办事",
        en: "Phones and online services",
        words: &["手机", "网上", "微信", "智能", "phone", "online", "internet"],
    },
    Theme {
        code: "content",
        zh: "表示满意，或没有要改的",
        en: "Content, nothing to change",
        words: &[
            "挺好",
            "很好",
            "谢谢",
            "感谢",
            "没有什么要改",
            "没意见",
            "没有意见",
            "thank",
            "nothing to change",
            "content",
        ],
    },
];

/// The themes that a text names, as positions in [`FRAME`]; none of them for a text without any.
#[must_use]
pub fn themes(text: &str) -> Vec<usize> {
    let text = text.to_lowercase();
    let named = FRAME
        .iter()
        .enumerate()
        .filter(|(_, theme)| theme.is_named(&text));
    named.map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<&'static str> {
        themes(text).into_iter().map(|at| FRAME[at].code).collect()
    }

    #[test]
    fn a_text_may_name_several_themes_and_words_count_in_either_language() {
        assert_eq!(codes("轮椅坏了没地方修，希望有人上门修。"), ["rehab", "contact"]);
        assert_eq!(codes("Please mend the RAMP at the clinic"), ["access"]);
        assert_eq!(codes("今天天气不错"), Vec::<&str>::new());
    }

    #[test]
    fn english_words_count_at_the_beginning_of_a_word_only() {
        assert_eq!(
            codes("a list of careful lifts"),
            ["care", "access", "information"]
        );
        assert!(codes("I enlisted a specialist").is_empty());
    }

    #[test]
    fn codes_are_unique_and_no_theme_is_without_words_in_both_languages() {
        for (at, theme) in FRAME.iter().enumerate() {
            assert!(
                FRAME[..at].iter().all(|other| other.code != theme.code),
                "{}",
                theme.code
            );
            assert_ne!(theme.code, OTHER);
            assert!(theme.words.iter().any(|word| word.is_ascii()), "{}", theme.code);
            assert!(theme.words.iter().any(|word| !word.is_ascii()), "{}", theme.code);
            assert!(
                theme.words.iter().all(|word| *word == word.to_lowercase()),
                "{}",
                theme.code
            );
        }
    }
}
