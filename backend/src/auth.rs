//! Who is asking: roles, what each may do, passwords, sessions, limits on guessing.
//!
//! A handler of the console takes a [`staff::Permit`] for one [`policy::Action`]
//! as an argument; there is no other way to learn who is signed in, so that a
//! handler cannot forget to ask.

pub mod independence;
pub mod limit;
pub mod password;
pub mod policy;
pub mod session;
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
    /// 调查员: collects answers.
    Interviewer,
    /// 审计: checks what staff did.
    Auditor,
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
