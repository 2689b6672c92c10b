#![doc = include_str!("../README.md")]

pub mod check;
pub mod code_book;
pub mod diagnostic;
pub mod expression;
pub mod flow;
pub mod form;
pub mod render;
pub mod response;
pub mod text;
pub mod validate;
pub mod xlsform;
