//! Who is asking: roles, what each may do, passwords, sessions, limits on guessing.
//!
//! A handler of the console takes a [`staff::Permit`] for one [`policy::Action`]
//! as an argument; there is no other way to learn who is signed in, so that a
//! handler cannot forget to ask.

pub mod accounts;
pub mod browser;
pub mod doors;
pub mod independence;
pub mod limit;
pub mod notices;
pub mod password;
pub mod policy;
pub mod provider;
pub mod second_factor;
pub mod session;
pub mod sign_in;
pub mod staff;

/// What a member of staff is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// 考评办: runs the round.
    Office,
    /// 第三方评估员: scores the units assigned.
    Evaluator,
    /// 领导小组 and others who read.
    Viewer,
    /// 访问员: collects answers.
    Interviewer,
    /// 审计: checks what staff did.
    Auditor,
}

/// Longest login and name, in characters.
pub const MAX_NAME: usize = 40;

/// Whether `text` can be a login: small letters, digits, `.`, `-` and `_`, so that it is typed on any keyboard.
pub fn is_login(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    (2..=MAX_NAME).contains(&text.len()) && text.chars().all(fits)
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [
        Self::Office,
        Self::Evaluator,
        Self::Viewer,
        Self::Interviewer,
        Self::Auditor,
    ];

    /// The word in the database and in `demo.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::Evaluator => "evaluator",
            Self::Viewer => "viewer",
            Self::Interviewer => "interviewer",
            Self::Auditor => "auditor",
        }
    }

    /// The role with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}
