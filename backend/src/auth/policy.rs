//! One table: which role may do what. Everything not in it is forbidden.

use super::Role;

/// Something a member of staff can do in the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See the list of rounds and a round's fieldwork.
    SeeRound,
    /// See computed results, unsuppressed.
    SeeResults,
    /// Start the computation.
    Compute,
    /// Download reports.
    DownloadReport,
    /// See outgoing e-mail with its addresses and failures.
    SeeOutbox,
    /// Send a failed e-mail again.
    ResendMail,
    /// Hold, try and send the leadership's e-mail, and change who gets it.
    ManageMailing,
    /// See how the call-back sample stands.
    SeeCallbacks,
    /// Draw the call-back sample.
    DrawCallbacks,
    /// Call those who were drawn, and see the number of the one in hand: the third party alone.
    CallBack,
    /// See who may sign in with what, and take a lost second factor away; nobody whom a judged unit employs.
    ManageAccounts,
    /// See the audit log.
    SeeAudit,
    /// Print and hand out invitations and posters.
    HandOut,
    /// Send invitations by e-mail, take codes back and replace them.
    SendInvitations,
    /// See interviewers, their devices and their cases in numbers.
    SeeInterviewers,
    /// Give cases to interviewers and take them back: the office, and the third party, whose people visit.
    AssignCases,
    /// Add interviewers, report devices lost, make exceptions for those whom a judged unit employs.
    ManageInterviewers,
    /// Try held interviews again or put them aside.
    SettleHeld,
    /// See how follow-up cases are handled, in counts fit for those who may not read them.
    SeeCaseCounts,
    /// Read and handle follow-up cases; nobody whom a judged unit employs (`auth::independence`).
    HandleCases,
    /// Publish what was done about the points raised.
    PublishImprovements,
    /// See administrative figures, commitments and the register of institutions.
    SeeRecords,
    /// See how the frame changed, in numbers.
    SeeFrame,
    /// Import figures, institutions and newer frames, and download who changed in the frame.
    EditRecords,
    /// Declare conflicts of interest, and mark the units drawn.
    ScoreUnits,
    /// See who scores for the third party, how far they are, and what was sealed by all.
    SeeScoring,
    /// Engage evaluators, draw who scores what, approve sealed cards, let marks count.
    ManageScoring,
    /// Read a round's plan with its versions and weights before it is published; nobody whom a judged unit employs.
    SeePlan,
    /// Change a plan, ask experts for weights, seal, amend, start rounds; nobody whom a judged unit employs.
    EditPlan,
    /// Take a round from step to step; nobody whom a judged unit employs.
    RunRound,
    /// Look at what may be published of the results, publish and withdraw it; nobody whom a judged unit employs.
    PublishResults,
    /// Enter, confirm and end agreements by which researchers get a round's answers.
    ManageDataAgreements,
    /// Ask to learn who gave a response, and see it once another person agreed; nobody whom a judged unit employs.
    AskIdentity,
    /// See such requests, and agree to those of others; nobody whom a judged unit employs.
    SettleIdentity,
    /// See how long a round keeps what, and the certificates of what was erased; nobody whom a judged unit employs.
    SeeRetention,
    /// Keep something longer than the plan says, for a reason in public; nobody whom a judged unit employs.
    DelayErasure,
    /// See and download the files that came with responses, which may show who somebody is; nobody whom a judged unit
    /// employs.
    SeeAttachments,
}

impl Action {
    /// Every action.
    pub const ALL: &'static [Self] = &[
        Self::SeeRound,
        Self::SeeResults,
        Self::Compute,
        Self::DownloadReport,
        Self::SeeOutbox,
        Self::ResendMail,
        Self::ManageMailing,
        Self::SeeCallbacks,
        Self::DrawCallbacks,
        Self::CallBack,
        Self::ManageAccounts,
        Self::SeeAudit,
        Self::HandOut,
        Self::SendInvitations,
        Self::SeeInterviewers,
        Self::AssignCases,
        Self::ManageInterviewers,
        Self::SettleHeld,
        Self::SeeCaseCounts,
        Self::HandleCases,
        Self::PublishImprovements,
        Self::SeeRecords,
        Self::SeeFrame,
        Self::EditRecords,
        Self::ScoreUnits,
        Self::SeeScoring,
        Self::ManageScoring,
        Self::SeePlan,
        Self::EditPlan,
        Self::RunRound,
        Self::PublishResults,
        Self::ManageDataAgreements,
        Self::AskIdentity,
        Self::SettleIdentity,
        Self::SeeRetention,
        Self::DelayErasure,
        Self::SeeAttachments,
    ];

    /// The roles that may do it.
    ///
    /// An evaluator sees how fieldwork goes but no results: survey figures must
    /// not steer the third party's own scores. An auditor reads, and starts nothing.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::SeeRound | Self::SeeCaseCounts => {
                &[Role::Office, Role::Evaluator, Role::Viewer, Role::Auditor]
            }
            Self::SeeResults | Self::DownloadReport | Self::SeeRecords | Self::SeePlan => {
                &[Role::Office, Role::Viewer, Role::Auditor]
            }
            Self::SeeFrame => &[Role::Office, Role::Auditor],
            // Nobody whom a judged unit employs, whatever the role: see `auth::independence`.
            Self::HandOut => &[Role::Office, Role::Evaluator],
            Self::Compute
            | Self::SeeOutbox
            | Self::ResendMail
            | Self::ManageMailing
            | Self::ManageAccounts
            | Self::DrawCallbacks
            | Self::SendInvitations
            | Self::HandleCases
            | Self::PublishImprovements
            | Self::PublishResults
            | Self::ManageDataAgreements
            | Self::AskIdentity
            | Self::DelayErasure
            | Self::SeeAttachments
            | Self::EditRecords => &[Role::Office],
            Self::CallBack => &[Role::Evaluator],
            Self::SeeInterviewers | Self::SeeCallbacks => &[Role::Office, Role::Evaluator, Role::Auditor],
            Self::AssignCases => &[Role::Office, Role::Evaluator],
            Self::SeeAudit | Self::SeeScoring | Self::SettleIdentity | Self::SeeRetention => {
                &[Role::Office, Role::Auditor]
            }
            Self::ManageScoring => &[Role::Office],
            // Nobody else may mark, and whoever marks sees nothing of the others.
            Self::ScoreUnits => &[Role::Evaluator],
            Self::ManageInterviewers | Self::SettleHeld | Self::EditPlan | Self::RunRound => &[Role::Office],
        }
    }
}

impl Role {
    /// Whether this role may do `action`.
    pub fn may(self, action: Action) -> bool {
        action.roles().contains(&self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rights as the office signed them off; a change here is a change of policy.
    #[test]
    fn policy_is_as_agreed() {
        let mut table = String::new();
        for action in Action::ALL {
            let row: Vec<&str> = Role::ALL
                .into_iter()
                .map(|role| if role.may(*action) { "yes" } else { "-" })
                .collect();
            table.push_str(&format!("{:14} {}\n", format!("{action:?}"), row.join(" ")));
        }
        // office, evaluator, viewer, interviewer, auditor
        assert_eq!(
            table,
            "SeeRound       yes yes yes - yes\n\
             SeeResults     yes - yes - yes\n\
             Compute        yes - - - -\n\
             DownloadReport yes - yes - yes\n\
             SeeOutbox      yes - - - -\n\
             ResendMail     yes - - - -\n\
             ManageMailing  yes - - - -\n\
             SeeCallbacks   yes yes - - yes\n\
             DrawCallbacks  yes - - - -\n\
             CallBack       - yes - - -\n\
             ManageAccounts yes - - - -\n\
             SeeAudit       yes - - - yes\n\
             HandOut        yes yes - - -\n\
             SendInvitations yes - - - -\n\
             SeeInterviewers yes yes - - yes\n\
             AssignCases    yes yes - - -\n\
             ManageInterviewers yes - - - -\n\
             SettleHeld     yes - - - -\n\
             SeeCaseCounts  yes yes yes - yes\n\
             HandleCases    yes - - - -\n\
             PublishImprovements yes - - - -\n\
             SeeRecords     yes - yes - yes\n\
             SeeFrame       yes - - - yes\n\
             EditRecords    yes - - - -\n\
             ScoreUnits     - yes - - -\n\
             SeeScoring     yes - - - yes\n\
             ManageScoring  yes - - - -\n\
             SeePlan        yes - yes - yes\n\
             EditPlan       yes - - - -\n\
             RunRound       yes - - - -\n\
             PublishResults yes - - - -\n\
             ManageDataAgreements yes - - - -\n\
             AskIdentity    yes - - - -\n\
             SettleIdentity yes - - - yes\n\
             SeeRetention   yes - - - yes\n\
             DelayErasure   yes - - - -\n\
             SeeAttachments yes - - - -\n"
        );
    }

    #[test]
    fn roles_survive_their_words() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("Office"), None);
    }
}
