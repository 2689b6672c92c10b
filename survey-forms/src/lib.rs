#![doc = include_str!("../README.md")]
#![cfg_attr(
    test,
    expect(non_snake_case, reason = "tests are named subject__condition__result")
)]

pub mod amend;
mod answer;
pub mod archive;
mod check;
pub mod client;
pub mod code_book;
pub mod diagnostic;
pub mod editor;
pub mod expression;
pub mod flow;
pub mod form;
pub mod lss;
pub mod media;
mod placeholder;
pub mod pretest;
pub mod render;
pub mod response;
mod state;
mod styled;
pub mod text;
pub mod validate;
pub mod xform;
pub mod xlsform;

#[cfg(test)]
mod testing;
