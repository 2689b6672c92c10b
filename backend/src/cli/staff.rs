//! `minyi staff`: accounts, by whoever holds the machine. An installation's first office account is made here.

use std::io::{BufRead, IsTerminal};

use anyhow::{Context, Result};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use survey_forms::diagnostic::{Diagnostic, Place};
use survey_forms::text::Text;

use super::failure::Faults;
use super::say;
use crate::app::Base;
use crate::auth::accounts::{self, NewAccount, StaffError};
use crate::auth::password::{self, LONGEST, SHORTEST, Unfit};
use crate::auth::{MAX_NAME, Role};
use crate::store::{second_factors, staff};

/// Who acts, in the audit log.
const ACTOR: &str = "cli";

/// Commands on staff accounts.
#[derive(Debug, Subcommand)]
pub enum StaffCommand {
    /// Add an account. The password is asked for, unless an option says otherwise.
    Add {
        /// Login: small letters, digits, `.`, `-` and `_`.
        user: String,
        /// What they are.
        #[arg(long, value_parser = roles())]
        role: Role,
        /// Name shown.
        #[arg(long)]
        name: String,
        /// Code of the unit that employs them, when it is one of the plan's: they see nothing that is about it.
        #[arg(long, value_name = "UNIT")]
        employer: Option<String>,
        /// Where the password comes from.
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Give an account another password; it is signed out of the console.
    Password {
        /// Login.
        user: String,
        /// Where the password comes from.
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Close an account. Nothing of what it did is lost.
    Close {
        /// Login.
        user: String,
        /// Why, for the audit log.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Open a closed account again, with the password it had; interviewers get a new one.
    Reopen {
        /// Login.
        user: String,
    },
    /// Say whether an account has two-step sign-in, or take it away when phone and recovery codes are lost.
    SecondFactor {
        /// Login.
        user: String,
        /// Take it away; the account is signed out everywhere.
        #[arg(long)]
        remove: bool,
        /// Why, for the audit log.
        #[arg(long, default_value = "", requires = "remove")]
        reason: String,
    },
    /// All accounts.
    List,
}

fn roles() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::as_str))
        .try_map(|word| Role::parse(&word).ok_or("no such role"))
}

/// Where a password comes from.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct PasswordArgs {
    /// Read the password from standard input, one line.
    #[arg(long)]
    password_stdin: bool,
    /// Make one up and print it, once.
    #[arg(long)]
    generate: bool,
}

/// A password, and whether it must be told to whoever sits at the terminal.
struct Chosen {
    password: String,
    is_new: bool,
}

impl PasswordArgs {
    fn read(&self, base: &Base, lang: &str) -> Result<Chosen> {
        if self.generate {
            return Ok(Chosen {
                password: password::initial(&base.entropy),
                is_new: true,
            });
        }
        let stdin = std::io::stdin();
        let password = if self.password_stdin {
            let mut line = String::new();
            stdin.lock().read_line(&mut line).context("standard input")?;
            line.trim_end_matches(['\r', '\n']).to_owned()
        } else if stdin.is_terminal() {
            let (first, second) = match lang {
                "en" => ("Password: ", "Again: "),
                _ => ("密码：", "再输一遍："),
            };
            let password = rpassword::prompt_password(first)?;
            if rpassword::prompt_password(second)? != password {
                return Err(wrong(
                    "password",
                    ("两次输入的不一样。", "The two are not the same."),
                    NOTHING,
                )
                .into());
            }
            password
        } else {
            let mend = (
                "加上 --password-stdin，从标准输入读；或者 --generate，由程序生成。",
                "Add --password-stdin to read it from standard input, or --generate to have one made.",
            );
            let problem = (
                "这里不是终端，没法问密码。",
                "There is no terminal to ask for the password.",
            );
            return Err(wrong("password", problem, mend).into());
        };
        Ok(Chosen {
            password,
            is_new: false,
        })
    }
}

const NOTHING: (&str, &str) = ("", "");

fn wrong(field: &str, (zh, en): (&str, &str), (mend_zh, mend_en): (&str, &str)) -> Faults {
    Faults(vec![Diagnostic::error(
        "ST001",
        Place::unknown().field(field),
        Text::zh_en(zh, en),
        Text::zh_en(mend_zh, mend_en),
    )])
}

/// The words of a refusal; what the machine failed at stays an error of the machine.
fn explained(error: StaffError) -> anyhow::Error {
    let fault = match error {
        StaffError::Login => {
            let (zh, en) = (
                format!("用 2 到 {MAX_NAME} 个小写字母、数字、点、横线或下划线。"),
                format!("Use 2 to {MAX_NAME} small letters, digits, dots, hyphens and underscores."),
            );
            wrong(
                "user",
                ("不能用作登录名。", "This cannot be a login."),
                (&zh, &en),
            )
        }
        StaffError::Name => {
            let (zh, en) = (
                format!("姓名要有，不超过 {MAX_NAME} 字。"),
                format!("There must be a name of at most {MAX_NAME} characters."),
            );
            wrong("name", (&zh, &en), NOTHING)
        }
        StaffError::Taken => wrong(
            "user",
            ("这个登录名已有人用。", "The login is taken."),
            (
                "换一个；改密码用 staff password。",
                "Choose another; staff password changes a password.",
            ),
        ),
        StaffError::NoUnit => wrong(
            "employer",
            (
                "没有哪一轮的 units.csv 有这个单位代码。",
                "No round has a unit of this code in units.csv.",
            ),
            (
                "先 round import；或者不写 --employer。",
                "Import the round first, or leave --employer out.",
            ),
        ),
        StaffError::Nobody => wrong(
            "user",
            ("没有这个账号。", "There is no such account."),
            ("staff list 列出全部账号。", "staff list shows all accounts."),
        ),
        StaffError::Closed => wrong(
            "user",
            ("这个账号已经关闭。", "The account is closed."),
            (
                "要再用它，先 staff reopen。",
                "To use it again, staff reopen it first.",
            ),
        ),
        StaffError::NoSecondFactor => wrong(
            "user",
            ("这个账号没有开两步验证。", "The account has no two-step sign-in."),
            NOTHING,
        ),
        StaffError::Open => wrong("user", ("这个账号本来就开着。", "The account is open."), NOTHING),
        StaffError::Unfit(unfit) => {
            let (zh, en) = match unfit {
                Unfit::Short => (
                    format!("密码太短：至少 {SHORTEST} 个字符。"),
                    format!("The password is too short: at least {SHORTEST} characters."),
                ),
                Unfit::Long => (
                    format!("密码太长：最多 {LONGEST} 个字符。"),
                    format!("The password is too long: at most {LONGEST} characters."),
                ),
                Unfit::Guessable => (
                    "这个密码太好猜：常用词、键盘顺序、号码和日期，别人最先试的就是这些。".to_owned(),
                    "The password is too easily guessed: common words, walks along the keyboard, numbers and dates are \
                     tried first."
                        .to_owned(),
                ),
                Unfit::Same => (
                    "密码不能就是登录名，也不能是空的。".to_owned(),
                    "The password must not be the login, nor empty.".to_owned(),
                ),
            };
            wrong(
                "password",
                (&zh, &en),
                (
                    "几个不相干的词最好记。",
                    "A few unrelated words are easily kept in mind.",
                ),
            )
        }
        StaffError::Password(error) => return error.into(),
        StaffError::Store(error) => return error.into(),
    };
    fault.into()
}

fn tell(lang: &str, user: &str, (zh, en): (&str, &str), chosen: Option<&Chosen>) {
    say(&match lang {
        "en" => format!("{user}: {en}"),
        _ => format!("{user}：{zh}"),
    });
    if let Some(chosen) = chosen.filter(|chosen| chosen.is_new) {
        say(&match lang {
            "en" => format!("initial password, shown this once: {}", chosen.password),
            _ => format!("初始密码，只显示这一次：{}", chosen.password),
        });
    }
}

/// Runs the command.
///
/// # Errors
/// When the account cannot be as asked for, with what to change.
pub async fn run(base: &Base, command: StaffCommand, lang: &str) -> Result<()> {
    match command {
        StaffCommand::Add {
            user,
            role,
            name,
            employer,
            password,
        } => {
            let new = NewAccount {
                login: user.clone(),
                name,
                role,
                employer,
            };
            let chosen = password.read(base, lang)?;
            accounts::add(base, ACTOR, &new, &chosen.password)
                .await
                .map_err(explained)?;
            tell(lang, &user, ("账号已建立。", "account added."), Some(&chosen));
        }
        StaffCommand::Password { user, password } => {
            let chosen = password.read(base, lang)?;
            accounts::set_password(base, ACTOR, &user, &chosen.password)
                .await
                .map_err(explained)?;
            tell(lang, &user, ("密码已换。", "password changed."), Some(&chosen));
        }
        StaffCommand::Close { user, reason } => {
            accounts::close(base, ACTOR, &user, &reason)
                .await
                .map_err(explained)?;
            tell(lang, &user, ("账号已关闭。", "account closed."), None);
        }
        StaffCommand::Reopen { user } => {
            let initial = accounts::reopen(base, ACTOR, &user).await.map_err(explained)?;
            let chosen = initial.map(|password| Chosen {
                password,
                is_new: true,
            });
            tell(
                lang,
                &user,
                ("账号又能用了。", "account open again."),
                chosen.as_ref(),
            );
        }
        StaffCommand::SecondFactor {
            user,
            remove: true,
            reason,
        } => {
            accounts::remove_second_factor(base, ACTOR, &user, &reason)
                .await
                .map_err(explained)?;
            let done = (
                "两步验证已撤掉，所有地方都已退出登录。",
                "two-step sign-in taken away, signed out everywhere.",
            );
            tell(lang, &user, done, None);
        }
        StaffCommand::SecondFactor { user, .. } => {
            let account = staff::by_login(&base.db, &user).await?;
            let id = account.ok_or_else(|| explained(StaffError::Nobody))?.id;
            let (zh, en) = match second_factors::find(&base.db, id).await? {
                Some(row) => {
                    let left = second_factors::recovery_left(&base.db, id).await?;
                    (
                        format!("两步验证从 {} 起开着，还剩 {left} 个恢复码。", row.since),
                        format!(
                            "two-step sign-in on since {}, {left} recovery codes left.",
                            row.since
                        ),
                    )
                }
                None => ("没有开两步验证。".to_owned(), "no two-step sign-in.".to_owned()),
            };
            tell(lang, &user, (&zh, &en), None);
        }
        StaffCommand::List => {
            let all = staff::list(&base.db).await?;
            if all.is_empty() {
                let place = base.config.data_dir.display();
                say(&match lang {
                    "en" => format!("no accounts yet (data folder {place})"),
                    _ => format!("还没有账号（数据文件夹 {place}）"),
                });
            }
            for row in all {
                let state = if row.disabled { "closed" } else { "open" };
                let employer = row.employer_unit.as_deref().unwrap_or("-");
                say(&format!(
                    "{:<24} {:<12} {state:<7} {employer:<8} {}",
                    row.login, row.role, row.display_name
                ));
            }
        }
    }
    Ok(())
}
