//! Request handlers, one resource a file: extract, ask the domain, store, reply.

pub mod assets;
pub mod console;
pub mod field;
pub mod forms;
pub mod health;
pub mod login;
pub mod media;
pub mod mine;
pub mod open_link;
pub mod openrosa;
pub mod password;
pub mod privacy;
pub mod receipt;
pub mod respond;
pub mod responses;
pub mod results;
pub mod roots;
pub mod second_factor;
pub mod services;
pub mod sessions;
pub mod stop_mail;
pub mod weigh;

#[cfg(test)]
mod every_route;
#[cfg(test)]
pub(crate) mod testing;
