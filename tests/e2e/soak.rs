//! A server that has served many more requests holds no more memory: the short form of `load --soak 30`, which goes on
//! for half an hour at 70 % of the peak.

use minyi_tests::answers;
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::responding::{Bodies, Crowd, WhenBroken};
use minyi_tests::server::{Server, fetch};
use tokio::runtime::Runtime;

/// Responses in each part, beside a page of each kind for every twenty of them.
const RESPONSES: u64 = 3_200;
/// What each request may leave behind: far more than an allocator's ups and downs over so many, far less than a body, a page
/// or a statement that is never given back (a body alone has 1.6 KB, a page 4 to 12 KB).
const KIB_EACH: f64 = 3.0;

#[test]
fn memory_does_not_grow_with_the_number_of_requests() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    let runtime = Runtime::new().expect("a runtime");
    let bodies = Bodies::new(&server.base_url, &demo, answers::long_resident());
    let bodies = runtime.block_on(bodies);
    let code = &demo.invitations["resident"][0];
    let pages = [
        "/".to_owned(),
        format!("/r/{code}"),
        format!("/results/{}", demo.round),
        format!("/api/v1/rounds/{}/roots", demo.round),
    ];
    let mut memory = Vec::new();
    // The first part warms caches and the allocator. What an allocator holds back goes up and down by more than what it keeps
    // from one part to the next, so the least of two parts is compared with the least of the two before them: whatever is
    // never given back is in both.
    for _ in 0..5 {
        let crowd = Crowd::start(&runtime, 16, &server.base_url, &bodies, WhenBroken::Stop);
        for _ in 0..20 {
            for path in &pages {
                for _ in 0..RESPONSES / 400 {
                    let (status, _) = fetch(&server.base_url, path).expect("an answer");
                    assert_eq!(status, 200, "{path}");
                }
            }
            crowd.wait_for(|seen| &seen.accepted, RESPONSES / 20);
        }
        crowd.stop(&runtime);
        memory.push(server.resident_kib());
    }
    println!("KiB after each part: {memory:?}");
    let requests = (2 * (RESPONSES + 20 * 4 * (RESPONSES / 400))) as f64;
    let [_, first, second, third, fourth] = memory[..] else {
        unreachable!("five parts")
    };
    let grown = third.min(fourth) as f64 - first.min(second) as f64;
    assert!(
        grown < KIB_EACH * requests,
        "{memory:?} KiB after each of five parts, {requests} requests in two of them"
    );
}
