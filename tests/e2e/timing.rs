//! What times tell a guesser, measured on demand on a quiet machine; CI counts the work instead
//! (`handlers/responses/tests/guessing.rs`), since times on a busy machine say nothing.
//!
//! `cargo test --workspace --test e2e timing -- --ignored --nocapture`
//!
//! Two kinds of guesses take turns, and Welch's t compares the times below the ninetieth percentile of both together
//! (Reparaz, Balasch and Verbauwhede 2017, "Dude, is my code constant time?"): above 4.5 in either direction they can be
//! told apart.

use std::time::{Duration, Instant};

use minyi_tests::demo::{self, DemoFile};
use minyi_tests::server::Server;
use reqwest::RequestBuilder;
use tokio::runtime::Runtime;

const TOLD_APART: f64 = 4.5;
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// x·α in GF(32), as `backend/src/codes.rs` has it.
fn times_alpha(x: usize) -> usize {
    let shifted = x << 1;
    if shifted & 32 == 0 { shifted } else { shifted ^ 37 }
}

/// The code of twelve symbols, with its check symbol.
fn code(symbols: &[usize]) -> String {
    let check = symbols
        .iter()
        .chain([&0])
        .fold(0, |sum, symbol| times_alpha(sum) ^ symbol);
    let letters = symbols
        .iter()
        .chain([&check])
        .map(|symbol| char::from(ALPHABET[*symbol]));
    letters.collect()
}

fn symbols(code: &str) -> Vec<usize> {
    let symbol = |c: u8| ALPHABET.iter().position(|known| *known == c).expect("a symbol");
    code.bytes().filter(|c| *c != b'-').take(12).map(symbol).collect()
}

/// Guesses that are never right: of every code but its last symbol, or of nothing.
fn guess(issued: &[usize], nth: usize, is_near: bool) -> String {
    let mut guess = issued.to_vec();
    if is_near {
        guess[11] ^= 1 + nth % 31;
    } else {
        for (place, symbol) in guess.iter_mut().enumerate() {
            *symbol = ((nth * 7919) >> place) % 32;
        }
    }
    code(&guess)
}

fn mean_and_variance(times: &[f64]) -> (f64, f64) {
    let n = times.len() as f64;
    let mean = times.iter().sum::<f64>() / n;
    let variance = times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, variance / n)
}

/// Mean microseconds of two kinds of requests that take turns `count` times, and Welch's t of them.
async fn compare(count: usize, request: impl Fn(usize, bool) -> RequestBuilder) -> (f64, f64, f64) {
    let mut times: [Vec<f64>; 2] = Default::default();
    for nth in 0..count + 50 {
        for kind in [nth % 2, 1 - nth % 2] {
            // An address of its own, so that no guess waits.
            let from = format!("10.{}.{}.{}", (nth >> 8) & 255, nth & 255, kind + 1);
            let sending = request(nth, kind == 1).header("x-forwarded-for", from);
            let begun = Instant::now();
            let reply = sending.send().await.expect("an answer");
            assert!(reply.status().is_client_error(), "{}", reply.status());
            reply.bytes().await.expect("its body");
            if nth >= 50 {
                times[kind].push(begun.elapsed().as_secs_f64() * 1e6);
            }
        }
    }
    let mut all = times.concat();
    all.sort_by(f64::total_cmp);
    let most = all[all.len() * 9 / 10];
    let kept = times.map(|times| times.into_iter().filter(|time| *time < most).collect::<Vec<_>>());
    let (one, other) = (mean_and_variance(&kept[0]), mean_and_variance(&kept[1]));
    let t = (one.0 - other.0) / (one.1 + other.1).sqrt();
    (one.0, other.0, t)
}

#[test]
#[ignore = "times mean nothing on a busy machine: on demand"]
fn guesses_cannot_be_told_apart_by_their_times() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    std::thread::sleep(Duration::from_secs(3));
    let issued = symbols(&demo.invitations["resident"][0]);
    assert_eq!(code(&issued), demo.invitations["resident"][0].replace('-', ""));
    let client = reqwest::Client::new();
    let runtime = Runtime::new().expect("a runtime");
    let page = |nth, is_near| client.get(format!("{}/r/{}", server.base_url, guess(&issued, nth, is_near)));
    let (far, near, t) = runtime.block_on(compare(4_000, page));
    println!("codes far from and near to an issued one: {far:.1} and {near:.1} µs, t = {t:.2}");
    assert!(t.abs() < TOLD_APART, "{t}");
    let office = &demo.login("office").user;
    let login = |_, is_known| {
        let name = if is_known { office.as_str() } else { "nobody" };
        let form = [("login", name), ("password", "wrong horse battery")];
        client
            .post(format!("{}/console/login", server.base_url))
            .form(&form)
    };
    let (unknown, known, t) = runtime.block_on(compare(150, login));
    println!(
        "sign-ins with a name that does not exist and one that does: {unknown:.1} and {known:.1} µs, t = {t:.2}"
    );
    assert!(t.abs() < TOLD_APART, "{t}");
}
