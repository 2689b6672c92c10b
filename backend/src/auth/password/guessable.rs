//! Passwords that are long and yet among the first that anybody would try.
//!
//! A list of leaked passwords of twelve characters and more is mostly made in few ways: a common word with digits round
//! it, a walk along the keyboard, few signs again and again, a number of the owner's. The ways are looked for instead of
//! a list of what came of them. A sentence passes, whatever its letters.

/// Fewest different signs.
const FEWEST_SIGNS: usize = 5;
/// Longest number that may be a telephone, identity card or bank card number, or dates.
const LONGEST_NUMBER: usize = 19;
/// So many of the password's signs in one walk make it a walk.
const WALK_SHARE: (usize, usize) = (3, 4);

/// Common beginnings of leaked passwords, in Chinese and English, with what this program and its users are called.
const WORDS: [&str; 40] = [
    "password",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "mima",
    "admin",
    "administrator",
    "root",
    "guest",
    "test",
    "user",
    "login",
    "welcome",
    "letmein",
    "iloveyou",
    "woaini",
    "woaiwojia",
    "woaizhongguo",
    "zhongguo",
    "china",
    "beijing",
    "dragon",
    "monkey",
    "princess",
    "sunshine",
    "football",
    "superman",
    "master",
    "secret",
    "changeme",
    "abc",
    "abcd",
    "aini",
    "qwerty",
    "asdf",
    "zxcv",
    "minyi",
    "canlian",
    "kaopingban",
    "office",
];

/// Rows and columns of a keyboard, the alphabet and digits, forwards.
const WALKS: [&str; 6] = [
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
];

/// How many signs lie in stretches of three and more that go along `walk`, forwards or backwards.
fn walked(signs: &[char], walk: &str) -> usize {
    let place = |sign: char| walk.chars().position(|other| other == sign);
    let mut total = 0;
    let mut at = 0;
    while at < signs.len() {
        let mut longest = 1;
        for forwards in [true, false] {
            let mut length = 1;
            while let Some((one, next)) = signs.get(at + length - 1).zip(signs.get(at + length)) {
                let follows = match (place(*one), place(*next)) {
                    (Some(a), Some(b)) if forwards => b == a + 1,
                    (Some(a), Some(b)) => a == b + 1,
                    _ => false,
                };
                if !follows {
                    break;
                }
                length += 1;
            }
            longest = longest.max(length);
        }
        if longest >= 3 {
            total += longest;
        }
        at += longest;
    }
    total
}

/// Whether a password is one of those that are tried first, for whoever has this login.
pub(super) fn is_guessable(password: &str, login: &str) -> bool {
    let small = password.to_lowercase();
    let signs: Vec<char> = small.chars().filter(|c| !c.is_whitespace()).collect();
    let mut different = signs.clone();
    different.sort_unstable();
    different.dedup();
    if different.len() < FEWEST_SIGNS {
        return true;
    }
    let digits = signs.iter().filter(|c| c.is_ascii_digit()).count();
    // The last sign of an identity card number may be an X.
    let is_number = digits + 1 >= signs.len() && matches!(signs.last(), Some('0'..='9' | 'x'));
    if is_number && signs.len() <= LONGEST_NUMBER {
        return true;
    }
    let core = small.trim_matches(|c: char| !c.is_alphabetic());
    let twice = core.len().is_multiple_of(2) && core.is_char_boundary(core.len() / 2) && {
        let (a, b) = core.split_at(core.len() / 2);
        a == b
    };
    let word = if twice { &core[..core.len() / 2] } else { core };
    if word == login.to_lowercase() || WORDS.contains(&word) {
        return true;
    }
    let (part, whole) = WALK_SHARE;
    WALKS
        .iter()
        .any(|walk| walked(&signs, walk) * whole >= signs.len() * part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_refused() {
        for password in [
            "123456789012",
            "password1234",
            "PASSWORD!2026",
            "woaini520131",
            "1qaz2wsx3edc",
            "qwertyuiop12",
            "0987654321qwe",
            "abcdefghijkl",
            "aaaaaaaaaaaa",
            "abababababab",
            "13812345678 1",
            "11010519491231002X",
            "minyi2026!!!!",
            "wang.min1990",
            "adminadmin12",
            "20260101 20261231",
        ] {
            assert!(is_guessable(password, "wang.min"), "{password}");
        }
    }

    #[test]
    fn sentences_and_random_signs_pass() {
        for password in [
            "correct horse",
            "four words 彼此无关 here",
            "一句自己记得住的话再加几个字",
            "zhu yi an quan",
            "kmq7vx2tp9ah",
            "a longer sentence",
            "passwords are hard to choose",
            "tea at 7 with 3 friends",
        ] {
            assert!(!is_guessable(password, "wang.min"), "{password}");
        }
    }
}
