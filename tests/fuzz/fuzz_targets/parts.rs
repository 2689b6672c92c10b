#![no_main]

#[path = "../src/targets.rs"]
#[allow(dead_code, reason = "each program runs one of the targets")]
mod targets;

libfuzzer_sys::fuzz_target!(
    // The reader catches calamine's panics; libFuzzer's hook would end the process before it can.
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| { targets::run(targets::Target::Parts, bytes); }
);
