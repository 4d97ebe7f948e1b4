//! The real binary: what it sends to Mist, what it answers to real MCP clients, and how it fails.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod accounts;
mod accounts_check;
mod accounts_faults;
mod accounts_file;
mod accounts_lists;
mod accounts_reload;
mod accounts_scope;
mod advice;
mod answer_tools;
mod answers;
mod answers_network;
mod answers_of_sites;
mod audit;
mod audit_commands;
mod check;
mod check_serving;
mod command_line;
mod default_org;
mod demo;
mod env_file;
mod expected;
mod faults;
mod faults_on_the_wire;
mod forgiving;
mod found_file;
mod incomplete;
mod install;
mod invisible;
mod lookups;
mod marvis_actions;
mod messages;
mod modes;
mod network;
mod paging;
mod patience;
mod process;
mod prompts;
mod queries;
mod requests;
mod schemas;
mod secrecy;
mod several_tokens;
mod sharing;
mod stdio;
